// A resource behind a gateway: the phantom token is believed from the gateway only, and with the proven key only.
#include "oauth/jwt_introspection_rfc9701.h"
#include "verify/host.h"

namespace signet::verify {
namespace {

using oauth::SenderConstraint;
using test::Host;
using test::kNow;

constexpr std::string_view kIssuer = "https://as.example";
constexpr std::string_view kApi = "https://api.example";
constexpr std::string_view kGateway = "gateway";
const std::string kProvenKey(43, 'A');
const std::string kAnotherKey = std::string(42, 'A') + "E";

const jose::Signer& server_key() {
  static const jose::Signer kSigner = test::make_signer();
  return kSigner;
}

oauth::IntrospectionResponse make_answer(SenderConstraint cnf = SenderConstraint::dpop(kProvenKey)) {
  oauth::IntrospectionResponse answer;
  answer.active = true;
  answer.iss = kIssuer;
  answer.sub = "alice";
  answer.client_id = "budget-app";
  answer.aud = {std::string(kApi)};
  answer.scope = {"accounts"};
  answer.exp = kNow + minutes{10};
  answer.cnf = std::move(cnf);
  return answer;
}

struct Envelope {
  std::string_view typ = oauth::kIntrospectionJwtTyp;
  std::string_view iss = kIssuer;
  std::string_view aud = kGateway;
  Instant iat = kNow;
};

std::string make_phantom(const oauth::IntrospectionResponse& answer = make_answer(), Envelope envelope = {},
                         const jose::Signer& key = server_key()) {
  return test::sign(key, envelope.typ,
                    oauth::render_introspection_claims(envelope.iss, envelope.aud, envelope.iat, answer));
}

std::string make_jwt(std::string_view audience = kApi) {
  oauth::JwtAccessToken token;
  token.iss = kIssuer;
  token.sub = "alice";
  token.aud = {std::string(audience)};
  token.client_id = "budget-app";
  token.exp = kNow + minutes{10};
  token.iat = kNow;
  token.jti = "t-1";
  token.scope = {"accounts"};
  token.cnf = SenderConstraint::dpop(kProvenKey);
  return test::sign(server_key(), oauth::kAccessTokenTyp, oauth::render_access_token_claims(token));
}

class BehindTheGateway : public ::testing::Test {
 protected:
  BehindTheGateway() {
    policy_.issuers = {{std::string(kIssuer), ""}};
    policy_.audience = kApi;
    policy_.required_scope = {"accounts"};
    policy_.gateway = GatewayTrust{.client_ids = {"another", std::string(kGateway)}};
    host_.keys = test::public_set(server_key());
  }

  Verdict present(std::string_view token, std::string_view scheme = "Bearer") {
    const std::string authorization = std::string(scheme) + " " + std::string(token);
    Presented presented;
    presented.authorization = {authorization};
    presented.method = "GET";
    presented.url = "https://api.example/accounts";
    presented.forwarded_jkt = forwarded_jkt_;
    presented.certificate_thumbprint = certificate_;
    presented.is_from_gateway = is_from_gateway_;
    return host_.run(policy_, presented);
  }

  static void expect_accepted(const Verdict& verdict) {
    const auto* refusal = std::get_if<Refusal>(&verdict);
    EXPECT_EQ(refusal, nullptr) << refusal->error.public_text.view() << " " << refusal->error.detail;
  }
  static void expect_refused(const Verdict& verdict, std::string_view reason) {
    const auto* refusal = std::get_if<Refusal>(&verdict);
    ASSERT_NE(refusal, nullptr);
    EXPECT_EQ(refusal->status, 401);
    EXPECT_EQ(name_of(refusal->error.code), name_of(ErrorCode::InvalidToken));
    EXPECT_EQ(refusal->error.public_text.view(), reason) << refusal->error.detail;
  }

  Policy policy_;
  Host host_;
  std::string forwarded_jkt_ = kProvenKey;
  std::string certificate_;
  bool is_from_gateway_ = true;
};

// Who calls, and with what.

TEST_F(BehindTheGateway, ARequestPastTheGatewayIsRefusedWhateverItCarries) {
  is_from_gateway_ = false;
  for (const std::string& token : {make_phantom(), make_jwt(), std::string(43, 'o')}) {
    expect_refused(present(token), "The request did not come through the gateway.");
    expect_refused(present(token, "DPoP"), "The request did not come through the gateway.");
  }
  EXPECT_EQ(host_.needs, 0);
}

TEST_F(BehindTheGateway, TheTokenOfAClientIsRefusedUnread) {
  expect_refused(present(std::string(43, 'o')), "Only the phantom tokens of the gateway are accepted here.");
  expect_refused(present(std::string(43, 'o'), "DPoP"), "Only the phantom tokens of the gateway are accepted here.");
  expect_refused(present(make_phantom(), "DPoP"), "Only the phantom tokens of the gateway are accepted here.");
  expect_refused(present(make_jwt(), "DPoP"), "Only the phantom tokens of the gateway are accepted here.");
  EXPECT_EQ(host_.needs, 0);
}

// Possession.

TEST_F(BehindTheGateway, APhantomWithoutAForwardedKeyIsRefused) {
  forwarded_jkt_.clear();
  expect_refused(present(make_phantom()), "The gateway forwarded no proven DPoP key.");
  expect_refused(present(make_jwt()), "The gateway forwarded no proven DPoP key.");
  certificate_ = kProvenKey;  // a certificate proves no DPoP key, even with the same digits
  expect_refused(present(make_phantom()), "The gateway forwarded no proven DPoP key.");
}

// RFC9449-6.1
TEST_F(BehindTheGateway, APhantomForAnotherKeyThanTheForwardedOneIsRefused) {
  forwarded_jkt_ = kAnotherKey;
  expect_refused(present(make_phantom()), "The access token is bound to another DPoP key.");
  expect_refused(present(make_jwt()), "The access token is bound to another DPoP key.");
}

// RFC8705-3
TEST_F(BehindTheGateway, APhantomForACertificateNeedsTheForwardedCertificate) {
  const std::string phantom = make_phantom(make_answer(SenderConstraint::mtls(kProvenKey)));
  EXPECT_TRUE(std::holds_alternative<Refusal>(present(phantom)));  // a forwarded DPoP key alone
  certificate_ = kAnotherKey;
  EXPECT_TRUE(std::holds_alternative<Refusal>(present(phantom)));
  certificate_ = kProvenKey;
  expect_accepted(present(phantom));
}

// FAPI2-SP-FINAL-5.3.4
TEST_F(BehindTheGateway, AnUnboundPhantomNeedsAPolicyThatSaysSo) {
  const std::string phantom = make_phantom(make_answer({}));
  expect_refused(present(phantom), "The access token must be bound to a key.");
  policy_.accept_bearer = true;
  expect_accepted(present(phantom));
  forwarded_jkt_.clear();
  expect_accepted(present(phantom));
  expect_refused(present(make_phantom()), "The gateway forwarded no proven DPoP key.");
}

// The phantom token itself.

// RFC9701-8.2
TEST_F(BehindTheGateway, APhantomForAnotherGatewayIsRefusedBeforeKeysAreFetched) {
  for (const std::string_view aud : {"stranger", "", "https://api.example"}) {
    expect_refused(present(make_phantom(make_answer(), {.aud = aud})),
                   "The phantom token was made for another gateway.");
  }
  policy_.gateway->client_ids = {""};
  expect_refused(present(make_phantom()), "The phantom token was made for another gateway.");
  EXPECT_EQ(host_.needs, 0);
}

TEST_F(BehindTheGateway, APhantomOfAnotherIssuerKeyOrAlgorithmIsRefused) {
  expect_refused(present(make_phantom(make_answer(), {.iss = "https://evil.example"})),
                 "The access token is of another issuer.");
  EXPECT_EQ(host_.needs, 0);
  const auto thief = test::make_signer();
  expect_refused(present(make_phantom(make_answer(), {}, thief)), "The phantom token cannot be trusted.");
  policy_.algorithms = {crypto::SignatureAlgorithm::PS256};
  expect_refused(present(make_phantom()), "The phantom token cannot be trusted.");
}

TEST_F(BehindTheGateway, AnIssuerDoesNotSpeakForAnother) {
  policy_.issuers.push_back({"https://second.example", ""});
  auto answer = make_answer();
  answer.iss = "https://second.example";
  expect_refused(present(make_phantom(answer)), "The access token is of another issuer.");
  answer.iss = "";  // then it is the one who signed, however many are trusted
  expect_accepted(present(make_phantom(answer)));
}

TEST_F(BehindTheGateway, AnotherTypeOfTheSameKeyIsRefused) {
  for (const std::string_view typ : {"JWT", "logout+jwt", "", "dpop+jwt"}) {
    EXPECT_TRUE(std::holds_alternative<Refusal>(present(make_phantom(make_answer(), {.typ = typ})))) << typ;
  }
  EXPECT_TRUE(std::holds_alternative<Refusal>(present(make_phantom(make_answer(), {.typ = oauth::kAccessTokenTyp}))));
}

// RFC9701-5
TEST_F(BehindTheGateway, AnAnswerThatWasKeptTooLongIsRefused) {
  const auto made = [](Duration age) { return make_phantom(make_answer(), {.iat = kNow - age}); };
  expect_accepted(present(made(minutes{2})));
  expect_refused(present(made(seconds{121})), "The phantom token cannot be trusted.");
  expect_refused(present(made(-minutes{1})), "The phantom token cannot be trusted.");
  policy_.gateway->phantom_max_age = seconds{5};
  expect_refused(present(made(seconds{6})), "The phantom token cannot be trusted.");
}

TEST_F(BehindTheGateway, WhatThePhantomSaysIsCheckedAsStrictlyAsAnyAnswer) {
  const auto refuse = [&](auto change, std::string_view reason) {
    auto answer = make_answer();
    change(answer);
    expect_refused(present(make_phantom(answer)), reason);
  };
  refuse([](auto& answer) { answer.active = false; }, "The access token is not active.");
  refuse([](auto& answer) { answer.aud = {"https://other.example"}; }, "The access token is for another resource.");
  refuse([](auto& answer) { answer.exp = kNow - minutes{1}; }, "The access token has expired.");
  refuse([](auto& answer) { answer.exp = std::nullopt; }, "The access token has no end.");
  expect_refused(present(make_jwt("https://other.example")), "The access token is for another resource.");
  policy_.required_scope = {"payments"};
  EXPECT_EQ(std::get<Refusal>(present(make_phantom())).status, 403);
}

TEST_F(BehindTheGateway, WithoutTheKeysOfTheIssuerThereIsNoAnswer) {
  host_.fail_at = 0;
  EXPECT_EQ(std::get<Refusal>(present(make_phantom())).status, 503);
}

TEST_F(BehindTheGateway, AnAccessTokenAsPhantomIsRefusedWhereThePolicyLeavesItOut) {
  policy_.accept_jwt = false;
  expect_refused(present(make_jwt()), "The access token has a form that is not accepted here.");
  expect_accepted(present(make_phantom()));
}

// What passes.

TEST_F(BehindTheGateway, APhantomWithTheForwardedKeyPassesAndIsKeptForFurtherCalls) {
  const std::string phantom = make_phantom();
  const Verdict verdict = present(phantom);
  expect_accepted(verdict);
  const auto& token = std::get<VerifiedToken>(verdict);
  EXPECT_EQ(token.sub, "alice");
  EXPECT_EQ(token.iss, kIssuer);
  EXPECT_EQ(token.cnf, SenderConstraint::dpop(kProvenKey));
  EXPECT_EQ(token.phantom_token.reveal(), phantom);
  EXPECT_EQ(host_.needs, 1);  // the keys; neither a proof nor an introspection
}

TEST_F(BehindTheGateway, AnAccessTokenWithTheForwardedKeyPasses) {
  policy_.introspect_jwt = true;  // the gateway has asked
  expect_accepted(present(make_jwt()));
  EXPECT_EQ(host_.needs, 1);
}

TEST_F(BehindTheGateway, WithoutAGatewayAPhantomIsNoCredential) {
  policy_.gateway.reset();
  policy_.accept_opaque = false;
  EXPECT_TRUE(std::holds_alternative<Refusal>(present(make_phantom())));
  forwarded_jkt_.clear();
  EXPECT_TRUE(std::holds_alternative<Refusal>(present(make_phantom())));
}

}  // namespace
}  // namespace signet::verify
