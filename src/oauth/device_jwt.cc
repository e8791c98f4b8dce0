#include "oauth/device_jwt.h"

#include "crypto/digest.h"

namespace signet::oauth {
namespace {

using crypto::SignatureAlgorithm;

constexpr auto kCode = ErrorCode::InvalidRequest;
constexpr std::size_t kMaxBytes = 8 * 1024;
constexpr std::size_t kMaxJtiBytes = 256;
constexpr jose::ClockTolerance kClock{};

bool is_allowed(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::ES256 || algorithm == SignatureAlgorithm::EdDSA;
}

Result<crypto::PublicKey> read_key(const jose::JwsHeader& header) {
  const auto* jwk = header.members.if_contains("jwk");
  if (jwk == nullptr || !jwk->is_object()) return fail(kCode, "The header of the JWT must have a jwk.");
  auto key = jose::parse_public_jwk(jwk->get_object());
  if (!key) return fail_as(std::move(key).error(), kCode, "The jwk of the JWT is not an acceptable public key.");
  if (!key->may_verify(header.alg)) return fail(kCode, "The jwk of the JWT does not fit its alg.");
  return std::move(key->key);
}

Result<jose::UnverifiedJws> parse(std::string_view text, DeviceJwtUse use) {
  auto jws = jose::UnverifiedJws::parse(text, kMaxBytes);
  if (!jws) return fail_as(std::move(jws).error(), kCode, "The jwt is not an acceptable JWT.");
  if (jws->header().typ != typ_of(use)) return fail(kCode, "The typ of the JWT is not the one of this use.");
  if (!is_allowed(jws->header().alg)) return fail(kCode, "The alg of the JWT must be ES256 or EdDSA.");
  return jws;
}

Result<void> check_claims(const jose::Claims& claims, std::string_view issuer, Instant now) {
  // One string, so that a JWT for another server is none for this one.
  if (claims.aud.size() != 1 || claims.aud_is_array || claims.aud.front() != issuer) {
    return fail(kCode, "The aud of the JWT must be the issuer, as one string.");
  }
  if (!claims.iat) return fail(kCode, "The JWT must have an iat.");
  if (auto times = jose::check_times(claims, now, kClock); !times) {
    return fail_as(std::move(times).error(), kCode, "The iat, exp or nbf of the JWT does not fit the time.");
  }
  if (*claims.iat + kDeviceJwtLifetime < now) return fail(kCode, "The iat of the JWT is too far in the past.");
  if (!claims.jti || claims.jti->empty() || claims.jti->size() > kMaxJtiBytes) {
    return fail(kCode, "The JWT must have a jti of 1 to 256 characters.");
  }
  return {};
}

}  // namespace

std::string_view typ_of(DeviceJwtUse use) {
  switch (use) {
    case DeviceJwtUse::Registration:
      return "signet-device+jwt";
    case DeviceJwtUse::Query:
      return "signet-device-query+jwt";
    case DeviceJwtUse::Answer:
      return "signet-device-answer+jwt";
  }
  return "";
}

Result<DeviceJwt> verify_device_jwt(std::string_view text, DeviceJwtUse use, std::string_view issuer, Instant now) {
  TRY_ASSIGN(const jose::UnverifiedJws jws, parse(text, use));
  TRY_ASSIGN(crypto::PublicKey key, read_key(jws.header()));
  auto claims = jose::parse_claims(jws.peek_payload());
  if (!claims) return fail_as(std::move(claims).error(), kCode, "The JWT has malformed claims.");
  TRY(check_claims(*claims, issuer, now));
  // Last, since it costs more than all of the above; nothing of the claims leaves before it.
  if (auto payload = jws.verify(key); !payload) {
    return fail_as(std::move(payload).error(), kCode, "The signature of the JWT is wrong.");
  }
  std::string jkt = jose::thumbprint(key);
  const Instant until = *claims->iat + kDeviceJwtLifetime + kClock.past;  // other nodes' clocks may be behind ours
  return DeviceJwt{.key = std::move(key), .jkt = std::move(jkt), .claims = *std::move(claims), .until = until};
}

Result<DeviceJwt> verify_kept_device_jwt(std::string_view text, DeviceJwtUse use, std::string_view issuer) {
  TRY_ASSIGN(const jose::UnverifiedJws jws, parse(text, use));
  const auto claims = jose::parse_claims(jws.peek_payload());
  if (!claims || !claims->iat) return fail(kCode, "The JWT must have an iat.");
  return verify_device_jwt(text, use, issuer, *claims->iat);
}

Result<std::string> sign_device_jwt(const crypto::PrivateKey& key, DeviceJwtUse use, std::string_view issuer,
                                    json::object claims, Instant now, Random& random) {
  const bool is_okp = key.public_key().type() == crypto::KeyType::Okp;
  const auto algorithm = is_okp ? SignatureAlgorithm::EdDSA : SignatureAlgorithm::ES256;
  JsonWriter header;
  header.text("typ", typ_of(use)).text("alg", name_of(algorithm));
  header.raw("jwk", jose::render_public_jwk(key.public_key()));
  claims["aud"] = issuer;
  claims["iat"] = to_unix_seconds(now);
  claims["jti"] = make_random_id(random);
  return jose::sign_jws_with_header({.key = key, .alg = algorithm, .kid = {}}, std::move(header).take(),
                                    render_json(claims));
}

std::string make_device_hash(std::string_view text) {
  return encode_base64url(crypto::sha256(text));
}

}  // namespace signet::oauth
