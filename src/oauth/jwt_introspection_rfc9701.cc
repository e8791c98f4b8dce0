#include "oauth/jwt_introspection_rfc9701.h"

#include <algorithm>

namespace signet::oauth {
namespace {

Result<void> check_envelope(const jose::Claims& claims, const IntrospectionJwtExpectation& expected) {
  if (claims.iss != expected.issuer)
    return fail(ErrorCode::InvalidToken, "The introspection answer is of another issuer.");
  // RFC9701-8.2: an answer made for another resource server is not ours to believe
  if (claims.aud.size() != 1 || claims.aud.front() != expected.resource_server) {
    return fail(ErrorCode::InvalidToken, "The introspection answer is for another resource server.");
  }
  if (!claims.iat) return fail(ErrorCode::InvalidToken, "The introspection answer has no iat.");
  TRY(jose::check_times(claims, expected.now, expected.clock));
  if (*claims.iat + expected.max_age < expected.now)
    return fail(ErrorCode::Expired, "The introspection answer is too old.");
  return {};
}

}  // namespace

std::string render_introspection_claims(std::string_view issuer, std::string_view resource_server, Instant now,
                                        const IntrospectionResponse& response) {
  JsonWriter writer;
  writer.text("iss", issuer).text("aud", resource_server).number("iat", to_unix_seconds(now));
  writer.raw("token_introspection",
             render_introspection(response));  // RFC9701-5: apart from the claims of the JWT itself
  return std::move(writer).take();
}

Result<IntrospectionResponse> verify_introspection_jwt(std::string_view text, const jose::JwkSet& keys,
                                                       const IntrospectionJwtExpectation& expected) {
  TRY_ASSIGN(const jose::UnverifiedJws jws, jose::UnverifiedJws::parse(text, kMaxIntrospectionJwtBytes));
  return verify_introspection_jwt(jws, keys, expected);
}

Result<IntrospectionResponse> verify_introspection_jwt(const jose::UnverifiedJws& jws, const jose::JwkSet& keys,
                                                       const IntrospectionJwtExpectation& expected) {
  // RFC9701-5, RFC8725-3.11: the type keeps ID tokens and access tokens of the same keys apart
  if (jws.header().typ != kIntrospectionJwtTyp)
    return fail(ErrorCode::InvalidToken, "The typ is not token-introspection+jwt.");
  if (std::ranges::find(expected.algorithms, jws.header().alg) == expected.algorithms.end()) {
    return fail(ErrorCode::UnsupportedAlgorithm, "The algorithm of the introspection answer is not allowed.");
  }
  TRY_ASSIGN(const std::string_view payload, jws.verify(keys));
  TRY_ASSIGN(const jose::Claims claims, jose::parse_claims(payload));
  TRY(check_envelope(claims, expected));
  const auto* inner = claims.members.if_contains("token_introspection");
  if (inner == nullptr || !inner->is_object()) {
    return fail(ErrorCode::Malformed, "The introspection answer has no token_introspection object.");
  }
  return parse_introspection(inner->get_object());
}

}  // namespace signet::oauth
