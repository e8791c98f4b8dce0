#pragma once
// What the authorization server says has been revoked, as marks that are looked for in every use of a cached token. A
// mark only means "ask again", so marks may be repeated and mistaken without harm.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "oauth/token_hash.h"

namespace signet::gateway {

/// Names of marks: SHA-256 over the kind, the issuer and the value.
[[nodiscard]] Digest256 token_mark(std::string_view issuer, const oauth::TokenHash& token);
[[nodiscard]] Digest256 grant_mark(std::string_view issuer, std::string_view grant_id);
[[nodiscard]] Digest256 client_mark(std::string_view issuer, std::string_view client_id);

struct RevocationFeed {
  struct Revocation {
    Digest256 mark{};
    Instant revoked_at{};
  };
  std::string cursor;  ///< sent with the next question
  bool reset = false;  ///< nothing that was cached may be used any more
  /// The cursor that was sent is not known, so the answer begins with what is remembered longest.
  bool is_anew = false;
  bool has_unknown = false;           ///< something was revoked that cannot be found
  bool more_available = false;        ///< the next question tells what did not fit
  std::optional<Duration> retention;  ///< how long the server tells a revocation; nothing: it does not say
  std::optional<Duration> held;       ///< how long the server waited with the answer; nothing: it does not wait
  std::vector<Revocation> revocations;
};

/// Rows of a kind that is not known turn into a reset: something was revoked that cannot be found. Fails: Malformed,
/// TooLarge
[[nodiscard]] Result<RevocationFeed> parse_revocation_feed(std::string_view issuer, std::string_view body);

}  // namespace signet::gateway
