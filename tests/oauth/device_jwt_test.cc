#include "oauth/device_jwt.h"

#include <gtest/gtest.h>

#include "support/fakes.h"

namespace signet::oauth {
namespace {

constexpr std::string_view kIssuer = "https://as.example";
constexpr auto kUse = DeviceJwtUse::Answer;

class DeviceJwts : public testing::Test {
 protected:
  /// A JWT whose header and claims a test may have changed.
  [[nodiscard]] std::string sign(json::object header, json::object claims,
                                 crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::ES256) const {
    return jose::sign_jws_with_header({.key = key, .alg = algorithm, .kid = {}}, render_json(header),
                                      render_json(claims))
        .value();
  }
  [[nodiscard]] json::object header() const {
    return {{"typ", typ_of(kUse)},
            {"alg", "ES256"},
            {"jwk", parse_json(jose::render_public_jwk(key.public_key())).value()}};
  }
  [[nodiscard]] json::object claims() const {
    return {{"aud", kIssuer}, {"iat", to_unix_seconds(now)}, {"jti", "once"}};
  }
  [[nodiscard]] std::string refusal_of(const std::string& jwt, Instant at) const {
    const auto verified = verify_device_jwt(jwt, kUse, kIssuer, at);
    if (verified) return "accepted";
    EXPECT_EQ(verified.error().code, ErrorCode::InvalidRequest);
    return std::string(verified.error().public_text.view());
  }
  [[nodiscard]] std::string refusal_of(const std::string& jwt) const { return refusal_of(jwt, now); }
  [[nodiscard]] std::string refusal_with(std::string_view claim, json::value value) const {
    json::object changed = claims();
    if (value.is_null()) {
      changed.erase(claim);
    } else {
      changed[claim] = std::move(value);
    }
    return refusal_of(sign(header(), changed));
  }

  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  test::FixedRandom random;
  Instant now = from_unix_seconds(1'800'000'000);
};

TEST_F(DeviceJwts, OneSaysWhoseKeySignedItAndWhat) {
  for (const auto algorithm : {crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA}) {
    const auto device = crypto::PrivateKey::generate(algorithm).value();
    const auto jwt = sign_device_jwt(device, kUse, kIssuer, {{"decision", "deny"}}, now, random).value();
    const auto verified = verify_device_jwt(jwt, kUse, kIssuer, now + seconds{59});
    ASSERT_TRUE(verified) << verified.error().public_text.view();
    EXPECT_EQ(verified->jkt, jose::thumbprint(device.public_key()));
    EXPECT_EQ(peek_string(verified->claims.members, "decision"), "deny");
    EXPECT_GT(verified->until, now + kDeviceJwtLifetime);
  }
}

TEST_F(DeviceJwts, OneOfAnotherUseIsRefused) {
  const auto query = sign_device_jwt(key, DeviceJwtUse::Query, kIssuer, {}, now, random).value();
  EXPECT_EQ(refusal_of(query), "The typ of the JWT is not the one of this use.");
}

TEST_F(DeviceJwts, OneForAnotherServerIsRefused) {
  constexpr std::string_view kText = "The aud of the JWT must be the issuer, as one string.";
  EXPECT_EQ(refusal_with("aud", "https://evil.example"), kText);
  EXPECT_EQ(refusal_with("aud", json::array{kIssuer}), kText);
  EXPECT_EQ(refusal_with("aud", nullptr), kText);
}

TEST_F(DeviceJwts, AnOldOneOrOneOfTheFutureIsRefused) {
  EXPECT_EQ(refusal_of(sign(header(), claims()), now + seconds{61}), "The iat of the JWT is too far in the past.");
  EXPECT_EQ(refusal_with("iat", nullptr), "The JWT must have an iat.");
  EXPECT_EQ(refusal_with("iat", to_unix_seconds(now) + 40), "The iat, exp or nbf of the JWT does not fit the time.");
  EXPECT_EQ(refusal_with("exp", to_unix_seconds(now) - 31), "The iat, exp or nbf of the JWT does not fit the time.");
}

TEST_F(DeviceJwts, OneWithoutAnIdIsRefused) {
  constexpr std::string_view kText = "The JWT must have a jti of 1 to 256 characters.";
  EXPECT_EQ(refusal_with("jti", nullptr), kText);
  EXPECT_EQ(refusal_with("jti", ""), kText);
  EXPECT_EQ(refusal_with("jti", json::string(257, 'a')), kText);
}

TEST_F(DeviceJwts, OneSignedByAnotherKeyThanItNamesIsRefused) {
  const auto other = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  json::object forged = header();
  forged["jwk"] = parse_json(jose::render_public_jwk(other.public_key())).value();
  EXPECT_EQ(refusal_of(sign(forged, claims())), "The signature of the JWT is wrong.");
}

TEST_F(DeviceJwts, OneThatShowsItsPrivateKeyIsRefused) {
  json::object shown = header();
  shown["jwk"].as_object()["d"] = encode_base64url(key.private_value().value().reveal());
  EXPECT_EQ(refusal_of(sign(shown, claims())), "The jwk of the JWT is not an acceptable public key.");
  shown.erase("jwk");
  EXPECT_EQ(refusal_of(sign(shown, claims())), "The header of the JWT must have a jwk.");
}

TEST_F(DeviceJwts, OtherAlgorithmsAreRefused) {
  const auto rsa = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::PS256).value();
  const json::object rsa_header{
      {"typ", typ_of(kUse)}, {"alg", "PS256"}, {"jwk", parse_json(jose::render_public_jwk(rsa.public_key())).value()}};
  const auto jwt = jose::sign_jws_with_header({.key = rsa, .alg = crypto::SignatureAlgorithm::PS256, .kid = {}},
                                              render_json(rsa_header), render_json(claims()));
  EXPECT_EQ(refusal_of(jwt.value()), "The alg of the JWT must be ES256 or EdDSA.");
  EXPECT_EQ(refusal_of("eyJhbGciOiJub25lIn0.e30."), "The jwt is not an acceptable JWT.");
  EXPECT_EQ(refusal_of(std::string(9000, 'a')), "The jwt is not an acceptable JWT.");
}

TEST_F(DeviceJwts, AKeyThatCannotBeADevicesSignsNothing) {
  const auto p384 = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES384).value();
  EXPECT_FALSE(sign_device_jwt(p384, kUse, kIssuer, {}, now, random));
}

}  // namespace
}  // namespace signet::oauth
