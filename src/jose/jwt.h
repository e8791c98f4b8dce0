#pragma once
// JWT claims over a JWS, and the checks on time that every profile shares. Spec: RFC7519, RFC8725

#include <optional>

#include "base/clock.h"
#include "jose/jws.h"

namespace signet::jose {

/// Registered claims, parsed with their types; everything else stays in `members`.
struct Claims {
  std::optional<std::string> iss;
  std::optional<std::string> sub;
  std::vector<std::string> aud;
  bool aud_is_array = false;  ///< FAPI2-SP-FINAL-5.3.2.1: the profile wants a string
  std::optional<Instant> exp;
  std::optional<Instant> nbf;
  std::optional<Instant> iat;
  std::optional<std::string> jti;
  json::object members;
};

/// The claims of a JSON object text. Fails: Malformed (not an object, wrong types, absurd dates)
[[nodiscard]] Result<Claims> parse_claims(std::string_view payload);

/// How far clocks may differ. FAPI2-SP-FINAL-5.3.2.1: accept 10 s, refuse more than 60 s in the future.
struct ClockTolerance {
  Duration future = seconds{30};
  Duration past = seconds{30};
};

/// Checks `exp`, `nbf` and `iat` where they are present. Fails: Expired, NotYetValid
[[nodiscard]] Result<void> check_times(const Claims& claims, Instant now, ClockTolerance tolerance = {});

}  // namespace signet::jose
