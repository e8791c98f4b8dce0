#pragma once
// Introspection answers as signed JWTs: evidence a resource server can keep. Spec: RFC9701-5

#include <span>
#include <string>
#include <string_view>

#include "jose/jwt.h"
#include "oauth/introspection_rfc7662.h"

namespace signet::oauth {

inline constexpr std::string_view kIntrospectionJwtTyp = "token-introspection+jwt";
inline constexpr std::string_view kIntrospectionJwtMediaType = "application/token-introspection+jwt";
/// An answer carries what an access token carries and authorization_details besides.
inline constexpr std::size_t kMaxIntrospectionJwtBytes = 128 * 1024;

/// The payload {iss, aud, iat, token_introspection}; neither `sub` nor `exp` on top, so it is never taken for an access
/// token.
[[nodiscard]] std::string render_introspection_claims(std::string_view issuer, std::string_view resource_server,
                                                      Instant now, const IntrospectionResponse& response);

struct IntrospectionJwtExpectation {
  std::string_view issuer;
  std::string_view resource_server;  ///< our own client_id, which must be the audience
  Instant now;
  std::span<const crypto::SignatureAlgorithm> algorithms;
  Duration max_age = minutes{2};  ///< how old an answer may be
  jose::ClockTolerance clock{};
};
/// Fails: Malformed, TooLarge, UnsupportedAlgorithm, UnknownKey, BadSignature, InvalidToken (iss, aud, typ), Expired,
/// NotYetValid
[[nodiscard]] Result<IntrospectionResponse> verify_introspection_jwt(std::string_view text, const jose::JwkSet& keys,
                                                                     const IntrospectionJwtExpectation& expected);
/// The same for an answer that has been parsed already.
[[nodiscard]] Result<IntrospectionResponse> verify_introspection_jwt(const jose::UnverifiedJws& jws,
                                                                     const jose::JwkSet& keys,
                                                                     const IntrospectionJwtExpectation& expected);

}  // namespace signet::oauth
