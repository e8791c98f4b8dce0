#include "server/audit.h"

#include <algorithm>
#include <atomic>

#include "base/text.h"
#include "store/audit.h"

namespace signet::server {
namespace {

constexpr std::size_t kLongestValue = 512;

std::atomic<std::uint64_t> added_records = 0;

/// At most so many bytes, without half a character at the end. A value that is not UTF-8 would make the record
/// unreadable.
std::string_view cut(std::string_view value) {
  if (value.size() > kLongestValue) {
    std::size_t end = kLongestValue;
    while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80) --end;
    value = value.substr(0, end);
  }
  return is_valid_utf8(value) ? value : "(not UTF-8)";
}

/// Each costs a write to an index: none of them happens with every token.
bool is_of_a_history(std::string_view event) {
  constexpr std::string_view kHistory[] = {"login", "consent", "factor", "session", "recovery", "payment", "account"};
  return std::ranges::find(kHistory, event.substr(0, event.find('.'))) != std::end(kHistory);
}

}  // namespace

AuditEvent&& AuditEvent::account(std::string_view account_id) && {
  if (is_of_a_history(event_)) history_of_ = account_id;
  return std::move(*this).text("account_id", account_id);
}

AuditEvent&& AuditEvent::text(std::string_view name, std::string_view value) && {
  members_.text_if(name, cut(value));
  return std::move(*this);
}

AuditEvent&& AuditEvent::error(const Error& error) && {
  return std::move(*this)
      .text("error", name_of(error.code))
      .text("reason", error.detail.empty() ? error.public_text.view() : std::string_view(error.detail));
}

void AuditEvent::add_to(sql::Batch& batch, std::string_view issuer, const http::Peer& peer, Instant now) && {
  added_records.fetch_add(1, std::memory_order_relaxed);
  members_.text_if("address", cut(peer.address)).text_if("listener", peer.listener);
  store::Audit::add(batch, {.recorded_at = now,
                            .issuer = std::string(issuer),
                            .event = std::move(event_),
                            .outcome = std::move(outcome_),
                            .record = std::move(members_).take(),
                            .account_id = std::move(history_of_)});
}

std::uint64_t AuditEvent::count_added() {
  return added_records.load(std::memory_order_relaxed);
}

}  // namespace signet::server
