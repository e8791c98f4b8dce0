#include "server/audit.h"

#include "base/text.h"
#include "store/audit.h"

namespace signet::server {
namespace {

constexpr std::size_t kLongestValue = 512;

/// At most so many bytes, without half a character at the end. A value that is not UTF-8 would make the record
/// unreadable.
std::string_view cut(std::string_view value) {
  if (value.size() > kLongestValue) {
    value = value.substr(0, kLongestValue);
    const auto lead = value.find_last_not_of(
        "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f"
        "\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f"
        "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf"
        "\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf");
    if (!is_valid_utf8(value) && lead != std::string_view::npos) value = value.substr(0, lead);
  }
  return is_valid_utf8(value) ? value : "(not UTF-8)";
}

}  // namespace

AuditEvent&& AuditEvent::text(std::string_view name, std::string_view value) && {
  members_.text_if(name, cut(value));
  return std::move(*this);
}

AuditEvent&& AuditEvent::error(const Error& error) && {
  return std::move(*this)
      .text("error", name_of(error.code))
      .text("reason", error.detail.empty() ? error.public_text.view() : std::string_view(error.detail));
}

void AuditEvent::add_to(sql::Batch& batch, std::string_view issuer, const http::Peer& peer, Instant now,
                        Random& random) && {
  members_.text_if("address", cut(peer.address)).text_if("listener", peer.listener);
  store::Audit::add(batch, {.audit_id = store::make_audit_id(now, random),
                            .recorded_at = now,
                            .issuer = std::string(issuer),
                            .event = std::move(event_),
                            .outcome = std::move(outcome_),
                            .record = std::move(members_).take()});
}

}  // namespace signet::server
