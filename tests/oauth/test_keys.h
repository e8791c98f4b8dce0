#pragma once
// Keys, signatures and the error code of a result, for tests of the shelf and of the token core.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "jose/jws.h"

namespace signet::test {

inline constexpr Instant kNow = from_unix_seconds(1'800'000'000);

/// What a result was refused with; nothing when it was not.
template <class R>
std::optional<ErrorCode> code_of(const R& result) {
  if (result) return std::nullopt;
  return result.error().code;
}
inline constexpr std::optional<ErrorCode> kAccepted = std::nullopt;

inline jose::Signer make_signer(crypto::SignatureAlgorithm alg = crypto::SignatureAlgorithm::ES256,
                                std::string kid = "key-1") {
  return {crypto::PrivateKey::generate(alg).value(), alg, std::move(kid)};
}

inline jose::JwkSet public_set(const jose::Signer& signer) {
  return jose::JwkSet({jose::Jwk{
      .key = signer.key.public_key(), .kid = signer.kid, .use = "sig", .alg = signer.alg, .key_ops = {}, .x5c = {}}});
}

inline std::string sign(const jose::Signer& signer, std::string_view typ, std::string_view payload) {
  return jose::sign_jws(signer, typ, payload).value();
}

}  // namespace signet::test
