#include "jose/jwt.h"

namespace signet::jose {
namespace {

/// 9999-12-31T23:59:59Z: what lies beyond is a mistake or an attempt to overflow, not a date.
constexpr std::int64_t kLastSecond = 253'402'300'799;

Result<std::optional<Instant>> find_date(const json::object& members, std::string_view name) {
  TRY_ASSIGN(const auto value, find_integer(members, name));
  if (!value) return std::optional<Instant>{};
  if (*value < 0 || *value > kLastSecond) return fail(ErrorCode::Malformed, "A date of the JWT is absurd.");
  return std::optional(from_unix_seconds(*value));
}

/// RFC7519-4.1.3: one text, or a list of texts.
Result<void> parse_audience(const json::object& members, Claims& claims) {
  const json::value* aud = members.if_contains("aud");
  if (aud == nullptr) return {};
  if (aud->is_string()) {
    claims.aud.emplace_back(aud->as_string());
    return {};
  }
  TRY_ASSIGN(auto list, find_strings(members, "aud"));
  claims.aud = *std::move(list);
  claims.aud_is_array = true;
  return {};
}

}  // namespace

Result<Claims> parse_claims(std::string_view payload) {
  Claims claims;
  TRY_ASSIGN(claims.members, parse_json_object(payload));
  TRY_ASSIGN(claims.iss, find_string(claims.members, "iss"));
  TRY_ASSIGN(claims.sub, find_string(claims.members, "sub"));
  TRY_ASSIGN(claims.jti, find_string(claims.members, "jti"));
  TRY_ASSIGN(claims.exp, find_date(claims.members, "exp"));
  TRY_ASSIGN(claims.nbf, find_date(claims.members, "nbf"));
  TRY_ASSIGN(claims.iat, find_date(claims.members, "iat"));
  TRY(parse_audience(claims.members, claims));
  return claims;
}

Result<void> check_times(const Claims& claims, Instant now, ClockTolerance tolerance) {
  // RFC7519-4.1.4: the instant of `exp` itself is already too late.
  if (claims.exp && now - tolerance.past >= *claims.exp) return fail(ErrorCode::Expired, "The JWT has expired.");
  if (claims.nbf && now + tolerance.future < *claims.nbf) {
    return fail(ErrorCode::NotYetValid, "The JWT is not valid yet.");  // RFC7519-4.1.5
  }
  // FAPI2-SP-FINAL-5.3.2.1: an `iat` a little ahead is drift between clocks, one far ahead is not.
  if (claims.iat && now + tolerance.future < *claims.iat) {
    return fail(ErrorCode::NotYetValid, "The JWT was issued in the future.");
  }
  return {};
}

}  // namespace signet::jose
