#include "gateway/phantom_token.h"

#include "oauth/jwt_introspection_rfc9701.h"
#include "oauth/test_keys.h"

namespace signet::gateway {
namespace {

using oauth::SenderConstraint;
using test::code_of;
using test::kNow;
using enum crypto::SignatureAlgorithm;

constexpr std::string_view kIssuer = "https://as.example";
constexpr std::string_view kOther = "https://other.example";
constexpr std::string_view kGateway = "gateway";
constexpr crypto::SignatureAlgorithm kAlgorithms[] = {PS256, ES256, EdDSA};

const jose::Signer& server_key() {
  static const jose::Signer kSigner = test::make_signer();
  return kSigner;
}

oauth::IntrospectionResponse make_response() {
  oauth::IntrospectionResponse response;
  response.active = true;
  response.iss = kIssuer;
  response.sub = "alice";
  response.client_id = "budget-app";
  response.aud = {"https://api.example"};
  response.scope = {"accounts"};
  response.exp = kNow + minutes{10};
  response.jti = "grant.unique";
  response.cnf = SenderConstraint::dpop(std::string(43, 'A'));
  return response;
}

oauth::JwtAccessToken make_access_token() {
  oauth::JwtAccessToken token;
  token.iss = kIssuer;
  token.sub = "alice";
  token.client_id = "budget-app";
  token.aud = {"https://api.example"};
  token.scope = {"accounts"};
  token.exp = kNow + minutes{10};
  token.iat = kNow;
  token.jti = "grant.unique";
  token.cnf = SenderConstraint::dpop(std::string(43, 'A'));
  return token;
}

/// One answer in both forms of it; a test changes what it attacks.
class PhantomTokens : public ::testing::TestWithParam<PhantomForm> {
 protected:
  [[nodiscard]] bool is_introspection() const { return GetParam() == PhantomForm::IntrospectionJwt; }
  [[nodiscard]] std::string typ() const {
    return std::string(is_introspection() ? oauth::kIntrospectionJwtTyp : oauth::kAccessTokenTyp);
  }
  [[nodiscard]] std::string payload() const {
    if (!is_introspection()) return oauth::render_access_token_claims(access_token_);
    return oauth::render_introspection_claims(iss_, aud_, iat_, response_);
  }
  [[nodiscard]] std::string make() const { return test::sign(server_key(), typ(), payload()); }
  /// Of whatever form: who speaks, and when.
  void set_issuer(std::string_view issuer) { iss_ = access_token_.iss = issuer; }
  void set_issued_at(Instant at) { iat_ = access_token_.iat = at; }

  [[nodiscard]] PhantomExpectation expectation() const {
    return {.form = GetParam(),
            .issuer = kIssuer,
            .client_id = kGateway,
            .now = kNow,
            .algorithms = kAlgorithms,
            .clock = {.future = seconds{10}, .past = seconds{10}}};
  }
  [[nodiscard]] Result<KnownToken> verify(std::string_view jwt) const {
    return verify_phantom(jwt, test::public_set(server_key()), expectation());
  }
  void expect_no_answer(std::string_view jwt) const {
    const auto known = verify(jwt);
    ASSERT_FALSE(known);
    EXPECT_EQ(known.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(known.error().public_text.view(), "The access token cannot be checked at the moment.");
    EXPECT_NE(known.error().detail, "");  // the log says what was wrong
  }
  void expect_good(std::string_view jwt) const {
    const auto known = verify(jwt);
    ASSERT_TRUE(known) << known.error().detail;
    EXPECT_TRUE(known->response.active);
    EXPECT_EQ(known->phantom, jwt);
  }

  std::string iss_{kIssuer};
  std::string aud_{kGateway};
  Instant iat_ = kNow;
  oauth::IntrospectionResponse response_ = make_response();
  oauth::JwtAccessToken access_token_ = make_access_token();
};

// RFC9701-5, RFC9068-4
TEST_P(PhantomTokens, ASignatureOfAnotherKeyIsNoAnswer) {
  expect_no_answer(test::sign(test::make_signer(), typ(), payload()));
  expect_no_answer(test::sign(test::make_signer(ES256, ""), typ(), payload()));
  expect_no_answer(test::sign(test::make_signer(ES256, "key-2"), typ(), payload()));
}

TEST_P(PhantomTokens, AChangedClaimOrSignatureIsNoAnswer) {
  const std::string good = make();
  const auto dot = good.find('.');
  const auto last_dot = good.rfind('.');
  std::string changed = payload();
  changed.replace(changed.find("alice"), 5, "admin");
  expect_no_answer(good.substr(0, dot + 1) + encode_base64url(as_bytes(changed)) + good.substr(last_dot));
  std::string flipped = good;
  flipped[last_dot + 5] = flipped[last_dot + 5] == 'A' ? 'B' : 'A';
  expect_no_answer(flipped);
  expect_no_answer(good.substr(0, last_dot + 1));
  expect_no_answer(good.substr(0, last_dot));
}

// RFC8725-3.1
TEST_P(PhantomTokens, AnAlgorithmThatIsNotAllowedIsNoAnswer) {
  PhantomExpectation narrow = expectation();
  constexpr crypto::SignatureAlgorithm kOthers[] = {PS256, EdDSA};
  narrow.algorithms = kOthers;
  EXPECT_EQ(code_of(verify_phantom(make(), test::public_set(server_key()), narrow)), ErrorCode::Unavailable);
  const std::string none = fmt::format(R"({{"alg":"none","typ":"{}"}})", typ());
  expect_no_answer(encode_base64url(as_bytes(none)) + "." + encode_base64url(as_bytes(payload())) + ".");
}

// RFC8725-3.11
TEST_P(PhantomTokens, AJwtOfAnotherTypeIsNoAnswer) {
  for (const std::string_view other : {"", "JWT", "at+jwt", "token-introspection+jwt", "logout+jwt", "dpop+jwt"}) {
    if (other != typ()) expect_no_answer(test::sign(server_key(), other, payload()));
  }
}

TEST_P(PhantomTokens, AnAnswerOfAnotherIssuerIsNoAnswer) {
  set_issuer(kOther);
  expect_no_answer(make());
  set_issuer("https://as.example/");
  expect_no_answer(make());
}

TEST_P(PhantomTokens, AnAnswerFromTheFutureIsNoAnswer) {
  set_issued_at(kNow + seconds{11});
  expect_no_answer(make());
  set_issued_at(kNow + seconds{10});
  expect_good(make());
}

TEST_P(PhantomTokens, GarbageIsNoAnswer) {
  for (const auto* text : {"", ".", "..", "...", "a.b.c", "null", "{}", "\xff.\xff.\xff", " "}) expect_no_answer(text);
  const std::string good = make();
  expect_no_answer(" " + good);
  expect_no_answer(good + "\n");
  expect_no_answer(good + "." + good);
  for (const auto* claims : {"", "null", "[]", "{}", "{\"iss\":1}", R"({"iss":"https://as.example"})"}) {
    expect_no_answer(test::sign(server_key(), typ(), claims));
  }
}

TEST_P(PhantomTokens, AnAnswerBeyondTheLimitIsNoAnswer) {
  const std::string details = R"([{"type":")" + std::string(kMaxPhantomBytes, 'a') + R"("}])";
  response_.authorization_details = access_token_.authorization_details = details;
  const std::string huge = make();
  EXPECT_EQ(code_of(peek_kid(huge)), ErrorCode::TooLarge);
  expect_no_answer(huge);
}

TEST_P(PhantomTokens, ALargeAnswerIsRead) {
  const std::string details = R"([{"type":")" + std::string(30'000, 'a') + R"("}])";
  response_.authorization_details = access_token_.authorization_details = details;
  expect_good(make());
  EXPECT_EQ(verify(make())->response.authorization_details, details);
}

TEST_P(PhantomTokens, ABindingThatIsNotClearIsNoAnswer) {
  const std::string good = payload();
  const auto at = good.find(R"({"jkt")");
  ASSERT_NE(at, std::string::npos);
  const auto end = good.find('}', at) + 1;
  for (const auto* cnf : {"7", "{}", R"({"kid":"k"})", R"({"jkt":7})", R"({"jkt":"a","x5t#S256":"b"})"}) {
    std::string changed = good;
    changed.replace(at, end - at, cnf);
    expect_no_answer(test::sign(server_key(), typ(), changed));
  }
}

TEST_P(PhantomTokens, WithoutKeysThereIsNoAnswer) {
  EXPECT_EQ(code_of(verify_phantom(make(), jose::JwkSet{}, expectation())), ErrorCode::Unavailable);
}

TEST_P(PhantomTokens, AGoodAnswerIsKnownWithTheJwtThatSaidIt) {
  const std::string jwt = make();
  expect_good(jwt);
  const KnownToken known = verify(jwt).value();
  EXPECT_EQ(known.response.iss, kIssuer);
  EXPECT_EQ(known.response.sub, "alice");
  EXPECT_EQ(known.response.client_id, "budget-app");
  EXPECT_EQ(known.response.aud, std::vector<std::string>{"https://api.example"});
  EXPECT_EQ(known.response.scope, std::vector<std::string>{"accounts"});
  EXPECT_EQ(known.response.jti, "grant.unique");
  EXPECT_EQ(known.response.exp, kNow + minutes{10});
  EXPECT_EQ(known.response.cnf, SenderConstraint::dpop(std::string(43, 'A')));
}

TEST_P(PhantomTokens, TheKeyThatIsNamedIsSeenBeforeTheSignatureIsChecked) {
  EXPECT_EQ(peek_kid(make()), "key-1");
  EXPECT_EQ(peek_kid(test::sign(test::make_signer(ES256, ""), typ(), payload())), "");
  EXPECT_EQ(code_of(peek_kid("nonsense")), ErrorCode::Malformed);
  EXPECT_EQ(code_of(peek_kid(test::sign(server_key(), typ(), payload()).substr(3))), ErrorCode::Malformed);
}

INSTANTIATE_TEST_SUITE_P(BothForms, PhantomTokens,
                         ::testing::Values(PhantomForm::IntrospectionJwt, PhantomForm::AccessTokenJwt),
                         [](const auto& form) {
                           return form.param == PhantomForm::IntrospectionJwt ? "IntrospectionJwt" : "AccessTokenJwt";
                         });

class IntrospectionAnswers : public PhantomTokens {};
INSTANTIATE_TEST_SUITE_P(Form, IntrospectionAnswers, ::testing::Values(PhantomForm::IntrospectionJwt));

// RFC9701-8.2
TEST_P(IntrospectionAnswers, AnAnswerForAnotherGatewayIsNoAnswer) {
  for (const auto* aud : {"another", "", "https://api.example", "gateway "}) {
    aud_ = aud;
    expect_no_answer(make());
  }
  aud_ = kGateway;
  std::string both = payload();
  const std::string_view one = R"("aud":"gateway")";
  both.replace(both.find(one), one.size(), R"("aud":["gateway","another"])");
  expect_no_answer(test::sign(server_key(), typ(), both));
}

TEST_P(IntrospectionAnswers, AnAnswerThatIsOldIsNoAnswer) {
  iat_ = kNow - minutes{2};
  expect_good(make());
  iat_ = kNow - minutes{2} - seconds{1};
  expect_no_answer(make());
}

TEST_P(IntrospectionAnswers, ATokenOfAnotherIssuerIsNotActive) {
  response_.iss = kOther;
  const auto known = verify(make());
  ASSERT_TRUE(known);
  EXPECT_FALSE(known->response.active);
  EXPECT_EQ(known->response.sub, "");
  EXPECT_EQ(known->phantom, "");
}

TEST_P(IntrospectionAnswers, ATokenWithoutIssuerIsOfTheServerThatAnswers) {
  response_.iss.clear();
  expect_good(make());
  EXPECT_EQ(verify(make())->response.iss, kIssuer);
}

TEST_P(IntrospectionAnswers, AnInactiveTokenLeavesNothingToForward) {
  response_.active = false;
  const auto known = verify(make());
  ASSERT_TRUE(known);
  EXPECT_FALSE(known->response.active);
  EXPECT_EQ(known->phantom, "");
}

TEST_P(IntrospectionAnswers, WithoutTheInnerObjectThereIsNoAnswer) {
  const auto time = to_unix_seconds(kNow);
  for (const std::string_view inner : {"null", "[]", "{}", R"("active")", R"({"active":"true"})", R"({"active":1})"}) {
    expect_no_answer(test::sign(
        server_key(), typ(),
        fmt::format(R"({{"iss":"{}","aud":"gateway","iat":{},"token_introspection":{}}})", kIssuer, time, inner)));
  }
  expect_no_answer(test::sign(server_key(), typ(),
                              fmt::format(R"({{"iss":"{}","aud":"gateway","iat":{},"active":true}})", kIssuer, time)));
}

class AccessTokenAnswers : public PhantomTokens {};
INSTANTIATE_TEST_SUITE_P(Form, AccessTokenAnswers, ::testing::Values(PhantomForm::AccessTokenJwt));

TEST_P(AccessTokenAnswers, AnExpiredTokenIsNoAnswer) {
  access_token_.exp = kNow - seconds{10};
  expect_no_answer(make());
  access_token_.exp = kNow - seconds{9};
  expect_good(make());
}

TEST_P(AccessTokenAnswers, ATokenForAnotherApiIsKnownAndLeftToTheRulesOfTheLocation) {
  access_token_.aud = {"https://first.example", "https://second.example"};
  expect_good(make());
  EXPECT_EQ(verify(make())->response.aud, access_token_.aud);
}

// RFC9068-2.2
TEST_P(AccessTokenAnswers, ATokenThatLacksARequiredClaimIsNoAnswer) {
  for (const auto* name : {"iss", "sub", "aud", "client_id", "exp", "iat", "jti"}) {
    json::object claims = parse_json_object(payload()).value();
    claims.erase(name);
    expect_no_answer(test::sign(server_key(), typ(), render_json(claims)));
  }
}

TEST(PhantomForms, AreAskedForByTheirMediaTypes) {
  EXPECT_EQ(media_type_of(PhantomForm::IntrospectionJwt), "application/token-introspection+jwt");
  EXPECT_EQ(media_type_of(PhantomForm::AccessTokenJwt), "application/jwt");
}

TEST(CacheLifetime, WhatMustNotBeStoredIsNotKept) {
  for (const auto* value : {"no-store", "no-cache", "No-Store", "max-age=30, no-store", "no-store,max-age=30",
                            "private , no-cache", "no-cache=\"Set-Cookie\"", "no-store=1"}) {
    EXPECT_EQ(cache_lifetime(value), Duration{0}) << value;
  }
}

TEST(CacheLifetime, AnAgeThatCannotBeReadAllowsNothing) {
  for (const auto* value : {"max-age", "max-age=", "max-age=-1", "max-age=1.5", "max-age=\"30\"", "max-age=x",
                            "max-age=30s", "max-age= 30", "max-age=99999999999999999999", "max-age=20, max-age=x"}) {
    EXPECT_EQ(cache_lifetime(value), Duration{0}) << value;
  }
}

TEST(CacheLifetime, TheShortestAgeCountsAndAnHourIsTheMost) {
  EXPECT_EQ(cache_lifetime("max-age=30"), seconds{30});
  EXPECT_EQ(cache_lifetime("private, Max-Age=7"), seconds{7});
  EXPECT_EQ(cache_lifetime("max-age=60,max-age=5"), seconds{5});
  EXPECT_EQ(cache_lifetime("max-age=0"), seconds{0});
  EXPECT_EQ(cache_lifetime("max-age=31536000"), hours{1});
  EXPECT_EQ(cache_lifetime("max-age=18446744073709551615"), hours{1});
}

TEST(CacheLifetime, WithoutAWordOnAgeItIsAnHour) {
  for (const auto* value : {"", ",,", "private", "public, must-revalidate", "x-max-age=1"}) {
    EXPECT_EQ(cache_lifetime(value), hours{1}) << value;
  }
}

}  // namespace
}  // namespace signet::gateway
