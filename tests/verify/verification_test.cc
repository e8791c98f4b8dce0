#include "verify/verification.h"

#include "oauth/jwt_introspection_rfc9701.h"
#include "verify/host.h"

namespace signet::verify {
namespace {

using oauth::SenderConstraint;
using test::Host;
using test::kNow;

constexpr std::string_view kIssuer = "https://as.example";
constexpr std::string_view kApi = "https://api.example";
constexpr std::string_view kUrl = "https://api.example/accounts";
const std::string kOpaque(43, 'o');
const std::string kThumbprint(43, 'A');

const jose::Signer& server_key() {
  static const jose::Signer kSigner = test::make_signer();
  return kSigner;
}
const jose::Signer& client_key() {
  static const jose::Signer kSigner = test::make_signer(crypto::SignatureAlgorithm::ES256, "");
  return kSigner;
}
SenderConstraint dpop_binding() {
  return SenderConstraint::dpop(jose::thumbprint(client_key().key.public_key()));
}

std::string make_proof(std::string_view token, std::string_view nonce = "", std::string_view url = kUrl,
                       const jose::Signer& key = client_key()) {
  const oauth::DpopProofRequest request{
      .method = "GET", .url = url, .jti = "jti", .now = kNow, .nonce = nonce, .access_token = token};
  return jose::sign_jws_with_header(key, oauth::render_dpop_header(key.key.public_key(), key.alg),
                                    oauth::render_dpop_claims(request))
      .value();
}

oauth::JwtAccessToken make_claims(SenderConstraint cnf) {
  oauth::JwtAccessToken token;
  token.iss = kIssuer;
  token.sub = "alice";
  token.aud = {std::string(kApi)};
  token.client_id = "bank";
  token.exp = kNow + minutes{10};
  token.iat = kNow;
  token.jti = "t-1";
  token.scope = {"accounts", "payments"};
  token.acr = "mfa";
  token.auth_time = kNow - minutes{1};
  token.cnf = std::move(cnf);
  return token;
}
std::string make_jwt(const oauth::JwtAccessToken& claims, std::string_view typ = "at+jwt",
                     const jose::Signer& key = server_key()) {
  return test::sign(key, typ, oauth::render_access_token_claims(claims));
}
oauth::IntrospectionResponse make_answer(SenderConstraint cnf) {
  oauth::IntrospectionResponse response;
  response.active = true;
  response.iss = kIssuer;
  response.sub = "alice";
  response.client_id = "bank";
  response.aud = {std::string(kApi)};
  response.scope = {"accounts"};
  response.exp = kNow + minutes{10};
  response.cnf = std::move(cnf);
  return response;
}

class TokenCore : public ::testing::Test {
 protected:
  TokenCore() {
    policy_.issuers = {{std::string(kIssuer), "https://as.example/jwks"}};
    policy_.audience = kApi;
    policy_.required_scope = {"accounts"};
    policy_.realm = "bank";
    host_.keys = test::public_set(server_key());
    host_.introspection = make_answer(dpop_binding());
  }

  Verdict present(std::string_view scheme, std::string_view token, std::optional<std::string> proof = {},
                  std::string thumbprint = "") {
    const std::string authorization = std::string(scheme) + " " + std::string(token);
    Presented presented;
    presented.authorization = {authorization};
    if (proof) presented.dpop = {*proof};
    presented.method = "GET";
    presented.url = std::string(kUrl) + "?page=2";
    presented.certificate_thumbprint = std::move(thumbprint);
    presented.forwarded_jkt = forwarded_jkt_;
    return host_.run(policy_, presented);
  }
  Verdict dpop(std::string_view token) { return present("DPoP", token, make_proof(token)); }
  Verdict dpop(const oauth::JwtAccessToken& claims) { return dpop(make_jwt(claims)); }

  static void expect_accepted(const Verdict& verdict) {
    const auto* refusal = std::get_if<Refusal>(&verdict);
    EXPECT_EQ(refusal, nullptr) << refusal->error.public_text.view() << " " << refusal->error.detail;
  }
  static void expect_refused(const Verdict& verdict, int status, ErrorCode code) {
    const auto* refusal = std::get_if<Refusal>(&verdict);
    ASSERT_NE(refusal, nullptr);
    EXPECT_EQ(refusal->status, status) << refusal->error.public_text.view();
    EXPECT_EQ(name_of(refusal->error.code), name_of(code)) << refusal->error.public_text.view();
    EXPECT_EQ(refusal->www_authenticate.empty(), status >= 500);
  }
  static std::string challenges(const Verdict& verdict) {
    std::string out;
    for (const auto& value : std::get<Refusal>(verdict).www_authenticate) out += value + "\n";
    return out;
  }

  Policy policy_;
  Host host_;
  std::string forwarded_jkt_;
};

// Possession: the heart of the matter.

TEST_F(TokenCore, ABoundTokenPresentedAsBearerIsRefused) {
  policy_.accept_bearer = true;
  expect_refused(present("Bearer", make_jwt(make_claims(dpop_binding()))), 401, ErrorCode::InvalidToken);
  expect_refused(present("Bearer", kOpaque), 401, ErrorCode::InvalidToken);
  const std::string token = make_jwt(make_claims(dpop_binding()));
  expect_refused(present("Bearer", token, make_proof(token)), 401, ErrorCode::InvalidToken);
}

TEST_F(TokenCore, AnUnboundTokenWithAProofIsRefused) {
  policy_.accept_bearer = true;
  expect_refused(dpop(make_claims({})), 401, ErrorCode::InvalidToken);
  host_.introspection = make_answer({});
  expect_refused(dpop(kOpaque), 401, ErrorCode::InvalidToken);
}

// RFC9449-6.1
TEST_F(TokenCore, ATokenBoundToAnotherKeyIsRefused) {
  const auto thief = test::make_signer(crypto::SignatureAlgorithm::ES256, "");
  const std::string token = make_jwt(make_claims(dpop_binding()));
  expect_refused(present("DPoP", token, make_proof(token, "", kUrl, thief)), 401, ErrorCode::InvalidToken);
}

TEST_F(TokenCore, AProofForAnotherTokenUrlOrMethodIsRefused) {
  const std::string token = make_jwt(make_claims(dpop_binding()));
  expect_refused(present("DPoP", token, make_proof("other")), 401, ErrorCode::InvalidDpopProof);
  expect_refused(present("DPoP", token, make_proof("")), 401, ErrorCode::InvalidDpopProof);
  expect_refused(present("DPoP", token, make_proof(token, "", "https://api.example/payments")), 401,
                 ErrorCode::InvalidDpopProof);
}

// RFC9449-7
TEST_F(TokenCore, OnlyWhoSignedAProofIsRememberedAsItsSender) {
  oauth::DpopSenders senders(4);
  policy_.dpop_senders = &senders;
  const std::string token = make_jwt(make_claims(dpop_binding()));
  const std::string proof = make_proof(token);
  std::string forged = proof;
  forged[forged.rfind('.') + 1] ^= 1;
  expect_refused(present("DPoP", token, forged), 401, ErrorCode::InvalidDpopProof);
  EXPECT_EQ(senders.find(proof), nullptr);
  expect_accepted(present("DPoP", token, proof));
  EXPECT_NE(senders.find(proof), nullptr);
  expect_refused(present("DPoP", token, forged), 401, ErrorCode::InvalidDpopProof);
  expect_refused(present("DPoP", token, make_proof("other")), 401, ErrorCode::InvalidDpopProof);
  expect_accepted(present("DPoP", token, proof));
}

TEST_F(TokenCore, TheSchemeDpopWithoutAProofIsRefusedBeforeTheTokenIsLookedAt) {
  expect_refused(present("DPoP", kOpaque), 401, ErrorCode::InvalidDpopProof);
  EXPECT_EQ(host_.needs, 0);
  expect_refused(present("DPoP", kOpaque, "not-a-proof"), 401, ErrorCode::InvalidDpopProof);
  EXPECT_EQ(host_.needs, 0);
}

TEST_F(TokenCore, AProofIsAcceptedOnce) {
  host_.seen = Seen::Again;
  expect_refused(dpop(make_claims(dpop_binding())), 401, ErrorCode::InvalidDpopProof);
  host_.seen = Seen::First;
  expect_accepted(dpop(make_claims(dpop_binding())));
}

TEST_F(TokenCore, ATokenBoundToACertificateNeedsThatCertificate) {
  const std::string token = make_jwt(make_claims(SenderConstraint::mtls(kThumbprint)));
  expect_refused(present("Bearer", token), 401, ErrorCode::InvalidToken);
  expect_refused(present("Bearer", token, {}, std::string(43, 'B')), 401, ErrorCode::InvalidToken);
  expect_refused(present("DPoP", token, make_proof(token), kThumbprint), 401, ErrorCode::InvalidToken);
  expect_accepted(present("Bearer", token, {}, kThumbprint));
  policy_.accept_mtls = false;
  policy_.accept_bearer = true;
  expect_refused(present("Bearer", token, {}, kThumbprint), 401, ErrorCode::InvalidToken);
}

TEST_F(TokenCore, ATokenWithoutBindingNeedsAPolicyThatSaysSo) {
  const std::string token = make_jwt(make_claims({}));
  expect_refused(present("Bearer", token), 401, ErrorCode::InvalidToken);
  expect_refused(present("Bearer", token, {}, kThumbprint), 401, ErrorCode::InvalidToken);
  policy_.accept_bearer = true;
  expect_accepted(present("Bearer", token));
}

TEST_F(TokenCore, AKeyForwardedByTheGatewayMustBeTheTokensOwn) {
  const std::string token = make_jwt(make_claims(dpop_binding()));
  forwarded_jkt_ = kThumbprint;
  expect_refused(present("Bearer", token), 401, ErrorCode::InvalidToken);
  expect_refused(present("DPoP", token), 401, ErrorCode::InvalidToken);
  forwarded_jkt_ = dpop_binding().thumbprint;
  expect_accepted(present("Bearer", token));
  policy_.accept_bearer = true;
  expect_accepted(present("Bearer", make_jwt(make_claims({}))));
  policy_.accept_dpop = false;
  expect_refused(present("Bearer", token), 401, ErrorCode::InvalidToken);
}

// The token itself.

TEST_F(TokenCore, AJwtOfAnotherKeyTypIssuerResourceOrTimeIsRefused) {
  const auto claims = make_claims(dpop_binding());
  const auto thief = test::make_signer();
  expect_refused(dpop(make_jwt(claims, "at+jwt", thief)), 401, ErrorCode::InvalidToken);
  expect_refused(dpop(make_jwt(claims, "JWT")), 401, ErrorCode::InvalidToken);
  auto changed = claims;
  changed.iss = "https://evil.example";
  expect_refused(dpop(changed), 401, ErrorCode::InvalidToken);
  EXPECT_EQ(host_.needs, 0);  // no keys are fetched for a stranger
  changed = claims;
  changed.aud = {"https://other.example"};
  expect_refused(dpop(changed), 401, ErrorCode::InvalidToken);
  changed = claims;
  changed.exp = kNow - minutes{1};
  expect_refused(dpop(changed), 401, ErrorCode::InvalidToken);
  expect_refused(dpop(std::string("a.b.c")), 401, ErrorCode::InvalidToken);
}

TEST_F(TokenCore, AnUnknownKidIsARefusedTokenNotAnError) {
  host_.keys = jose::JwkSet();
  expect_refused(dpop(make_claims(dpop_binding())), 401, ErrorCode::InvalidToken);
}

TEST_F(TokenCore, AnIntrospectedTokenIsCheckedAsStrictlyAsAJwt) {
  const auto good = make_answer(dpop_binding());
  const auto refuse = [&](auto change) {
    auto answer = good;
    change(answer);
    host_.introspection = answer;
    expect_refused(dpop(kOpaque), 401, ErrorCode::InvalidToken);
  };
  refuse([](auto& answer) { answer.active = false; });
  refuse([](auto& answer) { answer.aud = {"https://other.example"}; });
  refuse([](auto& answer) { answer.aud.clear(); });
  refuse([](auto& answer) { answer.exp = kNow - minutes{1}; });
  refuse([](auto& answer) { answer.exp = std::nullopt; });
  refuse([](auto& answer) { answer.nbf = kNow + minutes{2}; });
  refuse([](auto& answer) { answer.iss = "https://evil.example"; });
  host_.introspection = good;
  expect_accepted(dpop(kOpaque));
}

TEST_F(TokenCore, AnAnswerWithoutIssuerIsTakenOnlyWhenThereIsOneToMean) {
  auto answer = make_answer(dpop_binding());
  answer.iss = "";
  host_.introspection = answer;
  expect_accepted(dpop(kOpaque));
  policy_.issuers.push_back({"https://second.example", ""});
  expect_refused(dpop(kOpaque), 401, ErrorCode::InvalidToken);
}

TEST_F(TokenCore, FormsThatThePolicyLeavesOutAreRefused) {
  policy_.accept_opaque = false;
  expect_refused(dpop(kOpaque), 401, ErrorCode::InvalidToken);
  policy_.accept_opaque = true;
  policy_.accept_jwt = false;
  expect_accepted(dpop(make_jwt(make_claims(dpop_binding()))));  // it is asked about, like any opaque token
  EXPECT_EQ(host_.needs, 2);
}

TEST_F(TokenCore, RevocationOfAJwtIsLearnedByIntrospection) {
  policy_.introspect_jwt = true;
  host_.introspection = oauth::IntrospectionResponse{};
  expect_refused(dpop(make_claims(dpop_binding())), 401, ErrorCode::InvalidToken);
}

TEST_F(TokenCore, AMissingScopeIsForbiddenAndNamed) {
  policy_.required_scope = {"accounts", "admin"};
  const Verdict verdict = dpop(make_claims(dpop_binding()));
  expect_refused(verdict, 403, ErrorCode::InsufficientScope);
  EXPECT_NE(challenges(verdict).find("scope=\"accounts admin\""), std::string::npos);
}

TEST_F(TokenCore, AWeakOrOldLoginIsAskedToStepUp) {
  policy_.step_up = {.acr_values = {"hwk"}, .max_age = minutes{5}};
  const Verdict verdict = dpop(make_claims(dpop_binding()));
  expect_refused(verdict, 401, ErrorCode::InsufficientUserAuthentication);
  EXPECT_NE(challenges(verdict).find("error=\"insufficient_user_authentication\""), std::string::npos);
  EXPECT_NE(challenges(verdict).find("acr_values=\"hwk\", max_age=\"300\""), std::string::npos);
  policy_.step_up.acr_values = {"mfa"};
  expect_accepted(dpop(make_claims(dpop_binding())));
}

// How a credential may come.

// RFC6750-3.1
TEST_F(TokenCore, NoCredentialIsChallengedWithoutAnError) {
  policy_.accept_bearer = true;
  policy_.resource_metadata = "https://api.example/.well-known/oauth-protected-resource";
  const Verdict verdict = host_.run(policy_, {});
  expect_refused(verdict, 401, ErrorCode::InvalidToken);
  EXPECT_EQ(challenges(verdict).find("error"), std::string::npos);
  EXPECT_NE(challenges(verdict).find("DPoP realm=\"bank\""), std::string::npos);
  EXPECT_NE(challenges(verdict).find("Bearer realm=\"bank\""), std::string::npos);
  EXPECT_NE(challenges(verdict).find("resource_metadata=\"https://api.example"), std::string::npos);
  EXPECT_NE(challenges(verdict).find("algs=\"PS256 ES256 EdDSA\""), std::string::npos);
}

// RFC6750-3.1
TEST_F(TokenCore, ARequestThatIsWrongIsToldSoUnderEveryAcceptedScheme) {
  Presented wrong[3];
  wrong[0].authorization = {"DPoP a", "Bearer b"};
  wrong[1].other_places.query = true;
  wrong[2].other_places.form = true;
  for (const Presented& presented : wrong) {
    policy_.accept_mtls = true;
    const std::string both = challenges(host_.run(policy_, presented));
    EXPECT_TRUE(both.starts_with("DPoP realm=\"bank\", error=\"invalid_request\", error_description=\"")) << both;
    EXPECT_TRUE(both.contains("\nBearer realm=\"bank\", error=\"invalid_request\"")) << both;
    EXPECT_FALSE(both.contains("scope=")) << both;
    policy_.accept_mtls = false;
    const std::string one = challenges(host_.run(policy_, presented));
    EXPECT_TRUE(one.contains("error=\"invalid_request\"") && !one.contains("Bearer")) << one;
  }
}

TEST_F(TokenCore, TwoCredentialsOrATokenInTheUrlAreRefused) {
  Presented presented;
  presented.authorization = {"DPoP a", "Bearer b"};
  expect_refused(host_.run(policy_, presented), 400, ErrorCode::InvalidRequest);
  presented.authorization = {};
  presented.other_places.query = true;
  expect_refused(host_.run(policy_, presented), 400, ErrorCode::InvalidRequest);
  presented.other_places = {};
  presented.authorization = {"DPoP a"};
  presented.dpop = {"p", "p"};
  expect_refused(host_.run(policy_, presented), 401, ErrorCode::InvalidDpopProof);
}

TEST_F(TokenCore, ATokenBeyondTheLimitIsRefusedUnread) {
  policy_.max_token_bytes = 100;
  expect_refused(dpop(std::string(101, 'a')), 400, ErrorCode::InvalidRequest);
  EXPECT_EQ(host_.needs, 0);
}

TEST_F(TokenCore, ASchemeThePolicyLeavesOutIsRefused) {
  policy_.accept_dpop = false;
  const Verdict verdict = dpop(kOpaque);
  expect_refused(verdict, 401, ErrorCode::InvalidToken);
  EXPECT_EQ(host_.needs, 0);
  EXPECT_NE(challenges(verdict).find("Bearer"), std::string::npos);
  policy_.accept_dpop = true;
  policy_.accept_mtls = false;
  expect_refused(present("Bearer", kOpaque), 401, ErrorCode::InvalidToken);
  EXPECT_EQ(host_.needs, 0);
}

TEST_F(TokenCore, SchemesAreReadWithoutCase) {
  const std::string token = make_jwt(make_claims(dpop_binding()));
  expect_accepted(present("dPOP", token, make_proof(token)));
  const std::string bound = make_jwt(make_claims(SenderConstraint::mtls(kThumbprint)));
  expect_accepted(present("bEARER", bound, {}, kThumbprint));
}

// Nonces.

TEST_F(TokenCore, AProofWithoutTheNonceIsToldWhichOneToUse) {
  const oauth::DpopNonces nonces(SecretBytes(Bytes(32, 1)), "rs");
  policy_.nonces = &nonces;
  for (const auto& nonce : {std::string(), std::string(32, 'A'), nonces.make(kNow - hours{1})}) {
    const Verdict verdict = present("DPoP", kOpaque, make_proof(kOpaque, nonce));
    expect_refused(verdict, 401, ErrorCode::UseDpopNonce);
    EXPECT_EQ(challenges(verdict).find("DPoP realm=\"bank\", error=\"use_dpop_nonce\""), 0U);
    EXPECT_EQ(std::get<Refusal>(verdict).new_dpop_nonce, nonces.make(kNow));
  }
}

TEST_F(TokenCore, AForgedNonceOfTheRightWindowIsRefusedWithAGoodOne) {
  const oauth::DpopNonces nonces(SecretBytes(Bytes(32, 1)), "rs");
  const oauth::DpopNonces forged(SecretBytes(Bytes(32, 2)), "rs");
  policy_.nonces = &nonces;
  const Verdict verdict = present("DPoP", kOpaque, make_proof(kOpaque, forged.make(kNow)));
  expect_refused(verdict, 401, ErrorCode::UseDpopNonce);
  EXPECT_EQ(std::get<Refusal>(verdict).new_dpop_nonce, nonces.make(kNow));
}

// RFC9449-8.2
TEST_F(TokenCore, AStaleNonceIsAcceptedAndReplaced) {
  const oauth::DpopNonces nonces(SecretBytes(Bytes(32, 1)), "rs", minutes{2});
  policy_.nonces = &nonces;
  const Verdict verdict = present("DPoP", kOpaque, make_proof(kOpaque, nonces.make(kNow - minutes{2})));
  expect_accepted(verdict);
  EXPECT_EQ(std::get<VerifiedToken>(verdict).new_dpop_nonce, nonces.make(kNow));
  const Verdict fresh = present("DPoP", kOpaque, make_proof(kOpaque, nonces.make(kNow)));
  expect_accepted(fresh);
  EXPECT_EQ(std::get<VerifiedToken>(fresh).new_dpop_nonce, std::nullopt);
}

// What a host must answer.

TEST_F(TokenCore, AMissingAnswerIsUnavailableAtEveryNeedOfEveryScript) {
  policy_.accept_bearer = true;
  const std::string bound = make_jwt(make_claims(SenderConstraint::mtls(kThumbprint)));
  const std::function<Verdict()> scripts[] = {[&] { return dpop(make_claims(dpop_binding())); },
                                              [&] { return dpop(kOpaque); },
                                              [&] { return present("Bearer", bound, {}, kThumbprint); },
                                              [&] { return present("Bearer", make_jwt(make_claims({}))); }};
  for (const auto& script : scripts) {
    host_.fail_at = -1;
    expect_accepted(script());
    const int needs = host_.needs;
    ASSERT_GT(needs, 0);
    for (host_.fail_at = 0; host_.fail_at < needs; ++host_.fail_at) {
      expect_refused(script(), 503, ErrorCode::Timeout);
    }
  }
}

TEST_F(TokenCore, AnyFailureOfAnAnswerCountsAsMissing) {
  for (const auto code : {ErrorCode::Malformed, ErrorCode::InvalidClient, ErrorCode::NotFound, ErrorCode::Conflict}) {
    host_.keys = fail(code, "something");
    expect_refused(dpop(make_claims(dpop_binding())), 503, ErrorCode::Unavailable);
    host_.introspection = fail(code, "something");
    expect_refused(dpop(kOpaque), 503, ErrorCode::Unavailable);
  }
}

TEST_F(TokenCore, AnAnswerThatWasNotAskedForIsABug) {
  Verification idle(policy_, {}, kNow);
  EXPECT_EQ(std::get<Refusal>(std::get<Verdict>(idle.on_replay(Seen::First))).status, 500);
  Verification done(policy_, {}, kNow);
  static_cast<void>(done.start());
  EXPECT_EQ(std::get<Refusal>(std::get<Verdict>(done.on_introspection(make_answer({})))).status, 500);
  EXPECT_EQ(std::get<Refusal>(std::get<Verdict>(done.start())).status, 500);

  const std::string token = "DPoP " + make_jwt(make_claims(dpop_binding()));
  const std::string proof = make_proof(std::string_view(token).substr(5));
  Presented presented;
  presented.authorization = {token};
  presented.dpop = {proof};
  Verification waiting(policy_, presented, kNow);
  ASSERT_TRUE(std::holds_alternative<NeedKeys>(waiting.start()));
  EXPECT_EQ(std::get<Refusal>(std::get<Verdict>(waiting.on_replay(Seen::First))).status, 500);
}

TEST_F(TokenCore, TheNeedsNameWhatAHostMustFetch) {
  const std::string jwt = make_jwt(make_claims(dpop_binding()));
  const std::string authorization = "DPoP " + jwt;
  const std::string proof = make_proof(jwt);
  Presented presented;
  presented.authorization = {authorization};
  presented.dpop = {proof};
  presented.method = "GET";
  presented.url = kUrl;
  Verification verification(policy_, presented, kNow);
  const Next first = verification.start();
  EXPECT_EQ(std::get<NeedKeys>(first).issuer, kIssuer);
  EXPECT_EQ(std::get<NeedKeys>(first).jwks_uri, "https://as.example/jwks");
  EXPECT_EQ(std::get<NeedKeys>(first).kid, "key-1");
  const Next second = verification.on_keys(test::public_set(server_key()));
  EXPECT_GE(std::get<NeedReplayCheck>(second).until, kNow + seconds{60});
  const Next last = verification.on_replay(Seen::First);
  const auto& token = std::get<VerifiedToken>(std::get<Verdict>(last));
  EXPECT_EQ(token.sub, "alice");
  EXPECT_EQ(token.client_id, "bank");
  EXPECT_EQ(token.cnf, dpop_binding());
  EXPECT_EQ(token.jti, "t-1");
}

}  // namespace
}  // namespace signet::verify
