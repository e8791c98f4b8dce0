#pragma once
// Phantom tokens: the signed JWT that the authorization server gives for the token a client holds, read once and then
// kept. Spec: RFC9701-5, RFC9068-4

#include <span>
#include <string>
#include <string_view>

#include "gateway/token_snapshot.h"
#include "jose/jwks.h"
#include "jose/jwt.h"

namespace signet::gateway {

/// What the authorization server is asked for, and so what the API gets.
enum class PhantomForm {
  IntrospectionJwt,  ///< application/token-introspection+jwt, made for the gateway
  AccessTokenJwt,    ///< application/jwt: an at+jwt made for the API
};
[[nodiscard]] std::string_view media_type_of(PhantomForm form);

struct PhantomExpectation {
  PhantomForm form = PhantomForm::IntrospectionJwt;
  std::string_view issuer;
  std::string_view client_id;  ///< the gateway's own, the audience of an introspection JWT
  Instant now;
  std::span<const crypto::SignatureAlgorithm> algorithms;
  jose::ClockTolerance clock{};
};

/// The `kid` an answer names, so that the keys can be fetched when it is new. Fails: Malformed, TooLarge
[[nodiscard]] Result<std::string> peek_kid(std::string_view jwt);

/// A verified answer. A token of another issuer is not active here: a server speaks for its own tokens only. Fails:
/// Unavailable (whatever is wrong with the answer, the token has not been checked), with the reason in the detail
[[nodiscard]] Result<KnownToken> verify_phantom(std::string_view jwt, const jose::JwkSet& keys,
                                                const PhantomExpectation& expected);

/// How long the values of Cache-Control allow an answer to be kept: `max-age`, nothing with `no-store` or `no-cache`,
/// an hour when they say none of these (RFC 9111 section 5.2.2).
[[nodiscard]] Duration cache_lifetime(std::string_view cache_control);

/// The largest answer that is read.
inline constexpr std::size_t kMaxPhantomBytes = 128 * 1024;
/// The largest answer to any question: a list of revocations may be longer than a token.
inline constexpr std::size_t kMaxAnswerBytes = 1024 * 1024;

}  // namespace signet::gateway
