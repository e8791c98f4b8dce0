#pragma once
// Pushed authorization requests, by the hash of the token inside their request URI. Spec: RFC9126

#include <memory>
#include <optional>
#include <string>

#include "oauth/authorization_request.h"
#include "oauth/token_hash.h"
#include "sql/database.h"

namespace signet::store {

struct PushedRequestRecord {
  oauth::TokenHash request_uri_hash;
  std::string issuer;
  std::string client_id;
  oauth::AuthorizationRequest request;
  Instant expires_at{};
  std::optional<Instant> consumed_at = std::nullopt;

  [[nodiscard]] bool is_usable(Instant now) const { return !consumed_at && expires_at > now; }
};

class PushedRequests {
 public:
  explicit PushedRequests(sql::Database& database) : database_(database) {}

  static void add_insert(sql::Batch& batch, const PushedRequestRecord& pushed);
  /// Adds a guard that fails when the request is unknown, expired or consumed: a request URI works once. Spec:
  /// RFC9126-7.3
  static std::size_t add_consume(sql::Batch& batch, const oauth::TokenHash& request_uri_hash, Instant now);

  /// The pushed request in whatever state it is. Fails: Unavailable, Bug (unreadable)
  /// Needs: the caller compares issuer and client_id (RFC9126-2.2) and asks `is_usable`.
  [[nodiscard]] Task<Result<std::unique_ptr<PushedRequestRecord>>> find(oauth::TokenHash request_uri_hash) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
