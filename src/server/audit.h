#pragma once
// One structured record for each decision on a user, a client, a key or a token. Records join the batch of the decision
// they describe, so a decision and its record reach the disk together.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "http/message.h"
#include "server/audit_events.h"
#include "sql/database.h"

namespace signet::server {

/// Builds one record. Only identifiers, names of rules and thumbprints go in; never a token, code, assertion or
/// password.
///
/// `AuditEvent("token.issued", "granted").client(id).account(id).text("grant_type", "refresh_token").add_to(batch,
/// exchange…)`
class AuditEvent {
 public:
  AuditEvent(AuditName event, std::string_view outcome) : event_(event.view()), outcome_(outcome) {}
  AuditEvent&& client(std::string_view client_id) && { return std::move(*this).text("client_id", client_id); }
  /// A login, consent, payment or change of the means to log in stands in the history that the account can see, too.
  AuditEvent&& account(std::string_view account_id) &&;
  /// Left out when empty; cut after 512 bytes.
  AuditEvent&& text(std::string_view name, std::string_view value) &&;
  AuditEvent&& number(std::string_view name, std::int64_t value) && {
    members_.number(name, value);
    return std::move(*this);
  }
  /// The refusal: its code, and its private detail when it has one.
  AuditEvent&& error(const Error& error) &&;

  /// Adds the record to a batch that is going to be written.
  void add_to(sql::Batch& batch, std::string_view issuer, const http::Peer& peer, Instant now) &&;
  /// How many records this process has added. Thread: any
  [[nodiscard]] static std::uint64_t count_added();

 private:
  std::string event_;
  std::string outcome_;
  std::string history_of_;
  JsonWriter members_;
};

}  // namespace signet::server
