#include "oauth/core_openid.h"

#include "base/text.h"
#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using crypto::SignatureAlgorithm;
using test::code_of;
using test::kAccepted;
using test::kNow;

constexpr std::string_view kIssuer = "https://as.example";

IdToken make_token() {
  IdToken token;
  token.iss = kIssuer;
  token.sub = "alice";
  token.aud = "bank";
  token.exp = kNow + minutes{10};
  token.iat = kNow;
  token.nonce = "n-1";
  return token;
}

class IdTokens : public ::testing::Test {
 protected:
  static const jose::Signer& signer() {
    static const jose::Signer kSigner = test::make_signer();
    return kSigner;
  }
  static IdTokenExpectation expectation() {
    static constexpr SignatureAlgorithm kAlgorithms[] = {SignatureAlgorithm::ES256};
    IdTokenExpectation expected;
    expected.issuer = kIssuer;
    expected.client_id = "bank";
    expected.nonce = "n-1";
    expected.algorithms = kAlgorithms;
    expected.now = kNow;
    return expected;
  }
  static std::optional<ErrorCode> check(const IdToken& token, const IdTokenExpectation& expected = expectation()) {
    return check_text(test::sign(signer(), "", render_id_token_claims(token)), expected);
  }
  static std::optional<ErrorCode> check_text(std::string_view text,
                                             const IdTokenExpectation& expected = expectation()) {
    return code_of(verify_id_token(text, test::public_set(signer()), expected));
  }
  static std::optional<ErrorCode> check_member(std::string_view name, const json::value& value) {
    auto object = parse_json_object(render_id_token_claims(make_token())).value();
    object[name] = value;
    return check_text(test::sign(signer(), "JWT", render_json(object)));
  }
};

// OIDC-3.1.3.7
TEST_F(IdTokens, ATokenOfAnotherIssuerOrForAnotherClientIsRefused) {
  EXPECT_EQ(check_member("iss", "https://evil.example"), ErrorCode::InvalidToken);
  EXPECT_EQ(check_member("aud", "other"), ErrorCode::InvalidToken);
  EXPECT_EQ(check_member("azp", "other"), ErrorCode::InvalidToken);
  EXPECT_EQ(check_member("aud", json::array{"bank", "other"}), ErrorCode::InvalidToken);
  EXPECT_EQ(check_member("azp", "bank"), kAccepted);
}

TEST_F(IdTokens, ANonceThatIsWrongMissingOrUnaskedForIsRefused) {
  EXPECT_EQ(check_member("nonce", "n-2"), ErrorCode::InvalidToken);
  auto token = make_token();
  token.nonce = std::nullopt;
  EXPECT_EQ(check(token), ErrorCode::InvalidToken);
  auto expected = expectation();
  expected.nonce = std::nullopt;
  EXPECT_EQ(check(make_token(), expected), ErrorCode::InvalidToken);
}

// OIDC-2
TEST_F(IdTokens, DatesAreRequiredAndChecked) {
  auto token = make_token();
  token.exp = kNow - minutes{1};
  EXPECT_EQ(check(token), ErrorCode::Expired);
  token = make_token();
  token.iat = kNow + minutes{2};
  EXPECT_EQ(check(token), ErrorCode::NotYetValid);
  for (const auto* name : {"exp", "iat", "sub"}) {
    auto object = parse_json_object(render_id_token_claims(make_token())).value();
    object.erase(name);
    EXPECT_EQ(check_text(test::sign(signer(), "", render_json(object))), ErrorCode::InvalidToken) << name;
  }
}

TEST_F(IdTokens, AJwtOfAnotherKindIsRefused) {
  for (const auto* typ : {"logout+jwt", "at+jwt", "dpop+jwt"}) {
    EXPECT_EQ(check_text(test::sign(signer(), typ, render_id_token_claims(make_token()))), ErrorCode::InvalidToken)
        << typ;
  }
}

TEST_F(IdTokens, AnotherKeyOrAlgorithmIsRefused) {
  const auto thief = test::make_signer();
  EXPECT_EQ(check_text(test::sign(thief, "", render_id_token_claims(make_token()))), ErrorCode::BadSignature);
  auto expected = expectation();
  static constexpr SignatureAlgorithm kOther[] = {SignatureAlgorithm::PS256};
  expected.algorithms = kOther;
  EXPECT_EQ(check(make_token(), expected), ErrorCode::UnsupportedAlgorithm);
}

TEST_F(IdTokens, ALoginThatIsTooOldOrUnknownIsRefused) {
  auto expected = expectation();
  expected.max_age = minutes{5};
  EXPECT_EQ(check(make_token(), expected), ErrorCode::InvalidToken);
  auto token = make_token();
  token.auth_time = kNow - minutes{6};
  EXPECT_EQ(check(token, expected), ErrorCode::InvalidToken);
  token.auth_time = kNow - minutes{5};
  EXPECT_EQ(check(token, expected), kAccepted);
}

// OIDC-3.1.3.8
TEST_F(IdTokens, AHashOfAnotherAccessTokenIsRefused) {
  auto token = make_token();
  token.at_hash = left_half_hash(SignatureAlgorithm::ES256, "at");
  auto expected = expectation();
  expected.access_token = "other";
  EXPECT_EQ(check(token, expected), ErrorCode::InvalidToken);
  expected.access_token = "at";
  EXPECT_EQ(check(token, expected), kAccepted);
  EXPECT_EQ(check(make_token(), expected), kAccepted);
}

TEST_F(IdTokens, AccountDataCannotSetProtocolClaims) {
  auto token = make_token();
  token.claims = {{"iss", "https://evil.example"}, {"sub", "root"}, {"email", "a@b"}, {"x\"y", 1}, {"auth_time", 1}};
  const auto object = parse_json_object(render_id_token_claims(token));
  ASSERT_TRUE(object);  // a clash would be a duplicate name, which the parser refuses
  EXPECT_EQ(peek_string(*object, "iss"), kIssuer);
  EXPECT_EQ(peek_string(*object, "email"), "a@b");
  EXPECT_FALSE(object->contains("auth_time"));
}

// OIDC-3.1.3.6, OIDC-3.3.2.11
TEST(Openid, HashesAreThoseOfTheSpecification) {
  // OpenID Connect Core, appendices A.4 and A.6
  EXPECT_EQ(left_half_hash(SignatureAlgorithm::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ");
  EXPECT_EQ(left_half_hash(SignatureAlgorithm::ES256, "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA");
  EXPECT_EQ(left_half_hash(SignatureAlgorithm::ES384, "a").size(), 32U);
  EXPECT_EQ(left_half_hash(SignatureAlgorithm::EdDSA, "a").size(), 43U);
}

// OIDC-5.4, OIDC-5.5
TEST(Openid, OnlyClaimsOfGrantedScopesAndRequestedNamesAreShown) {
  const json::object account = {
      {"sub", "internal"}, {"name", "Alice"},        {"email", "a@b"}, {"email_verified", true},
      {"address", 1},      {"password_hash", "..."}, {"iss", "x"}};
  EXPECT_EQ(render_json(filter_userinfo_claims(account, {"openid"}, {})), "{}");
  EXPECT_EQ(render_json(filter_userinfo_claims(account, {"openid", "email"}, {})),
            R"({"email":"a@b","email_verified":true})");
  const ClaimRequest wanted[] = {
      {.name = "name", .values = {}}, {.name = "sub", .values = {}}, {.name = "iss", .values = {}}};
  EXPECT_EQ(render_json(filter_userinfo_claims(account, {}, wanted)), R"({"name":"Alice"})");
  EXPECT_EQ(render_json(filter_id_token_claims(account, wanted)), R"({"name":"Alice"})");
  EXPECT_EQ(claims_of_scope("profile").size(), 14U);
  EXPECT_TRUE(claims_of_scope("accounts").empty());
}

// OIDC-5.5.1
TEST(Openid, AuthTimeIsSaidOnlyWhenItWasAskedFor) {
  AuthorizationRequest request;
  EXPECT_FALSE(asks_for_auth_time(request, false));
  EXPECT_TRUE(asks_for_auth_time(request, true));
  request.max_age = seconds{1};
  EXPECT_TRUE(asks_for_auth_time(request, false));
  request.max_age = std::nullopt;
  request.id_token_claims = {{.name = "auth_time", .values = {}}};
  EXPECT_TRUE(asks_for_auth_time(request, false));
}

TEST(Pairwise, OneAccountHasUnrelatedNamesInTwoSectors) {
  const SecretBytes salt(Bytes(32, 1));
  const std::string subject = make_pairwise_subject(salt, "a.example", "alice");
  EXPECT_EQ(subject, make_pairwise_subject(salt, "a.example", "alice"));
  EXPECT_NE(subject, make_pairwise_subject(salt, "b.example", "alice"));
  EXPECT_NE(subject, make_pairwise_subject(salt, "a.example", "bob"));
  EXPECT_NE(subject, make_pairwise_subject(SecretBytes(Bytes(32, 2)), "a.example", "alice"));
  EXPECT_NE(make_pairwise_subject(salt, "ab", "c"), make_pairwise_subject(salt, "a", "bc"));
  EXPECT_TRUE(is_visible_ascii(subject));
}

}  // namespace
}  // namespace signet::oauth
