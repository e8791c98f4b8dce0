#pragma once
// Login sessions of browsers and apps, by the hash of the secret that they keep.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oauth/token_hash.h"
#include "sql/database.h"
#include "store/consents.h"

namespace signet::store {

struct SessionRecord {
  oauth::SessionHash session_hash;  ///< of the value of the cookie, or of what an app keeps
  std::string issuer;
  std::string account_id;
  Instant authenticated_at{};
  std::string acr;
  std::vector<std::string> amr;
  Instant created_at{};
  Instant last_used_at{};
  Instant expires_at{};         ///< the absolute end; the idle limit is the caller's
  std::string session_id = {};  ///< random; names the session to its owner and opens nothing
  std::string proofs = "[]";    ///< a JSON array: what was proven, and when
  std::string binding = {};     ///< empty: a browser's cookie; else the thumbprint of the DPoP key of an app
  std::string address = {};     ///< where it began
  std::string agent = {};       ///< readable name of the browser or app
  bool operator==(const SessionRecord&) const = default;
};

/// A session, what its account has allowed a client, and whether a policy has a say: one read for a live session.
struct SessionAndConsent {
  SessionRecord session;
  std::optional<ConsentRecord> consent;
  bool has_policy = false;  ///< its issuer has a stored policy or a threat level, so policy must be asked
};

class Sessions {
 public:
  explicit Sessions(sql::Database& database) : database_(database) {}

  static void add_insert(sql::Batch& batch, const SessionRecord& session);
  /// Only where the session is one of this issuer.
  static void add_remove(sql::Batch& batch, const oauth::SessionHash& session_hash, const std::string& issuer);
  static void add_remove_all(sql::Batch& batch, const std::string& account_id);
  /// Adds a guard that fails when the account has no session of this id.
  static std::size_t add_remove_by_id(sql::Batch& batch, const std::string& account_id, const std::string& session_id);
  /// Ends all sessions of the account but one.
  static void add_remove_others(sql::Batch& batch, const std::string& account_id, const oauth::SessionHash& keep_hash);

  /// Fails: Conflict (hash in use), Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> create(SessionRecord session) const;
  /// Fails: Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> remove(oauth::SessionHash session_hash, std::string issuer) const;

  /// A session that has not reached its absolute end. Fails: Unavailable
  /// Needs: the caller compares the issuer and checks the idle limit.
  [[nodiscard]] Task<Result<std::optional<SessionRecord>>> find(oauth::SessionHash session_hash, Instant now) const;
  /// The same with the consent to `client_id`, in one read; null when there is no session. Fails: Unavailable
  [[nodiscard]] Task<Result<std::unique_ptr<SessionAndConsent>>> find_with_consent(oauth::SessionHash session_hash,
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
