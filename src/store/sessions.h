#pragma once
// Login sessions of browsers, by the hash of their cookie.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"
#include "store/consents.h"

namespace signet::store {

struct SessionRecord {
  Digest256 session_hash{};  ///< SHA-256 of the cookie's value
  std::string issuer;
  std::string account_id;
  Instant authenticated_at{};
  std::string acr;
  std::vector<std::string> amr;
  Instant created_at{};
  Instant last_used_at{};
  Instant expires_at{};  ///< the absolute end; the idle limit is the caller's
  bool operator==(const SessionRecord&) const = default;
};

/// A session and what its account has allowed a client.
struct SessionAndConsent {
  SessionRecord session;
  std::optional<ConsentRecord> consent;
};

class Sessions {
 public:
  explicit Sessions(sql::Database& database) : database_(database) {}

  static void add_insert(sql::Batch& batch, const SessionRecord& session);
  static void add_remove(sql::Batch& batch, const Digest256& session_hash);
  static void add_remove_all(sql::Batch& batch, const std::string& account_id);

  /// Fails: Conflict (hash in use), Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> create(SessionRecord session) const;
  /// Fails: Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> remove(Digest256 session_hash) const;
  [[nodiscard]] Task<Result<void>> remove_all(std::string account_id) const;

  /// A session that has not reached its absolute end. Fails: Unavailable
  /// Needs: the caller compares the issuer and checks the idle limit.
  [[nodiscard]] Task<Result<std::optional<SessionRecord>>> find(Digest256 session_hash, Instant now) const;
  /// The same with the consent to `client_id`, in one read; null when there is no session. Fails: Unavailable
  [[nodiscard]] Task<Result<std::unique_ptr<SessionAndConsent>>> find_with_consent(Digest256 session_hash,
                                                                                   std::string client_id,
                                                                                   Instant now) const;
  /// The sessions of an account that have not ended, newest first. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<SessionRecord>>> list(std::string account_id, Instant now) const;

  /// Remembers that a session was used, at most once a minute and without waiting; a lost mark only shortens the idle
  /// time.
  void touch(const SessionRecord& session, Instant now) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
