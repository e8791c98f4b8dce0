// Who calls: what counts as client authentication, method by method. Forged assertions and certificates are in
// tests/attacks/client_authentication_test.cc.
#include "server/back_channel.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::expect_refused;
using test::Parameters;
using test::TestClient;
using test::text_of;
using test::with;

const Parameters kForm = {{"grant_type", "client_credentials"}};

jose::Signer make_rsa(crypto::SignatureAlgorithm algorithm) {
  return {test::value_of(crypto::PrivateKey::generate(algorithm)), algorithm, "rsa-key"};
}

class ClientAuthentication : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
  struct Assertion {
    std::string aud = "\"https://as.example\"";
    std::string_view typ = "JWT";
    Duration not_before{};  ///< `nbf` and `iat` this far ahead
  };
  std::string sign(const jose::Signer& signer, const std::string& client_id, const Assertion& shape) {
    const auto now = to_unix_seconds(server.clock.now());
    JsonWriter writer;
    writer.text("iss", client_id).text("sub", client_id).raw("aud", shape.aud);
    writer.text("jti", make_random_id(server.random)).number("exp", now + 300);
    const auto starts = now + std::chrono::duration_cast<seconds>(shape.not_before).count();
    writer.number("nbf", starts).number("iat", starts);
    return test::value_of(jose::sign_jws(signer, shape.typ, std::move(writer).take()));
  }
  http::Response ask_with(const std::string& assertion, const Parameters& more = {}) {
    http::Fields fields;
    fields.set("DPoP", proof(client.dpop_key, "POST", kToken));
    const Parameters form = {{"client_assertion_type", std::string(oauth::kClientAssertionType)},
                             {"client_assertion", assertion},
                             {"grant_type", "client_credentials"}};
    return server.post(kToken, with(form, more), std::move(fields));
  }
  http::Response ask(const Assertion& shape) { return ask_with(sign(client.signer, client.client_id, shape)); }
  TestClient add_rsa_client(const std::string& id, const jose::Signer& signer) {
    return add_client(id, {{"grant_types", {"authorization_code", "client_credentials"}},
                           {"jwks", jose::to_json(jose::JwkSet({test::public_jwk(signer)}))}});
  }
};

TEST_F(ClientAuthentication, ACallerWithoutANameIsRefused) {
  expect_refused(server.post(kToken, kForm), 401, "invalid_client");
  expect_refused(server.post(kToken, with(kForm, {{"client_id", "nobody"}})), 401, "invalid_client");
}

// RFC6749-2.3.1: there are no secrets here, and whoever brings one is told so
TEST_F(ClientAuthentication, ASecretIsRefusedByName) {
  const auto posted = server.post(kToken, authenticated(with(kForm, {{"client_secret", "s3cret"}})));
  expect_refused(posted, 401, "invalid_client");
  EXPECT_TRUE(text_of(posted, "error_description").contains("private_key_jwt"));
  EXPECT_EQ(posted.fields.count("WWW-Authenticate"), 0U);
}

// RFC6749-5.2
TEST_F(ClientAuthentication, BasicAuthenticationIsRefusedWithAChallengeOfItsScheme) {
  http::Fields fields;
  fields.set("Authorization", "Basic Y2xpZW50LTE6c2VjcmV0");
  const auto answer = server.post(kToken, authenticated(kForm), std::move(fields));
  expect_refused(answer, 401, "invalid_client");
  EXPECT_EQ(answer.fields.get("WWW-Authenticate"), "Basic realm=\"https://as.example\"");
}

// FAPI2-SP-FINAL-5.3.2.1: clocks differ by seconds, not by minutes
TEST_F(ClientAuthentication, AnAssertionFromTheFutureIsRefused) {
  expect_refused(ask({.not_before = seconds{62}}), 401, "invalid_client");
  EXPECT_EQ(ask({.not_before = seconds{8}}).status, 200);
}

// RFC8725-3.11
TEST_F(ClientAuthentication, AnotherKindOfJwtIsNoAssertion) {
  for (const std::string_view typ : {"at+jwt", "dpop+jwt", "token-introspection+jwt"}) {
    expect_refused(ask({.typ = typ}), 401, "invalid_client");
  }
  for (const std::string_view typ : {"", "JWT", "jwt", "client-authentication+jwt"}) {
    EXPECT_EQ(ask({.typ = typ}).status, 200) << typ;
  }
}

// RFC7521-4.2
TEST_F(ClientAuthentication, AnAssertionOfAnotherTypeOrBesideAnotherNameIsRefused) {
  const auto good = [&] { return sign(client.signer, client.client_id, {}); };
  expect_refused(ask_with(good(), {{"client_assertion_type", ""}}), 401, "invalid_client");
  expect_refused(
      ask_with(good(), {{"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}}), 401,
      "invalid_client");
  expect_refused(ask_with("", {{"client_id", client.client_id}}), 401, "invalid_client");
  expect_refused(ask_with(good(), {{"client_id", "client-2"}}), 401, "invalid_client");
  EXPECT_EQ(ask_with(good(), {{"client_id", client.client_id}}).status, 200);
}

TEST_F(ClientAuthentication, AKeyIdNobodyRegisteredIsRefused) {
  jose::Signer renamed = client.signer;
  renamed.kid = "another-kid";
  expect_refused(ask_with(sign(renamed, client.client_id, {})), 401, "invalid_client");
}

// FAPI2-SP-FINAL-5.4.1
TEST_F(ClientAuthentication, Rs256IsRefusedAndPs256IsAccepted) {
  using enum crypto::SignatureAlgorithm;
  const auto ps256 = make_rsa(PS256);
  const auto modern = add_rsa_client("modern", ps256);
  jose::Signer rs256 = ps256;
  rs256.alg = RS256;
  expect_refused(ask_with(sign(rs256, "modern", {})), 401, "invalid_client");
  EXPECT_EQ(ask_with(sign(ps256, "modern", {})).status, 200);
}

TEST_F(ClientAuthentication, ARegisteredAlgorithmIsTheOnlyOne) {
  const auto modern = add_client(
      "modern", {{"token_endpoint_auth_signing_alg", "PS256"},
                 {"jwks", jose::to_json(jose::JwkSet({test::public_jwk(make_rsa(crypto::SignatureAlgorithm::PS256)),
                                                      test::public_jwk(client.signer)}))}});
  expect_refused(ask_with(sign(client.signer, "modern", {})), 401, "invalid_client");
}

// FAPI2-SP-FINAL-5.3.2.1
TEST_F(ClientAuthentication, APublicClientIsRefusedUnderFapi) {
  const auto app = add_client("app", {{"token_endpoint_auth_method", "none"}, {"jwks", nullptr}});
  expect_refused(token_as(app, code_form(app, "code")), 401, "invalid_client");
}

TEST_F(ClientAuthentication, AnAssertionFromAClientWithACertificateIsRefused) {
  const auto bank = add_client("bank", {{"token_endpoint_auth_method", "self_signed_tls_client_auth"}});
  expect_refused(ask_with(sign(bank.signer, "bank", {})), 401, "invalid_client");
}

TEST_F(ClientAuthentication, RefusalsSayNothingAboutWhoIsRegistered) {
  const auto known = ask_with(sign(thiefs_key, client.client_id, {}));
  const auto unknown = ask_with(sign(thiefs_key, "nobody", {}));
  EXPECT_EQ(known.body, unknown.body);
  EXPECT_EQ(known.status, unknown.status);
}

class SelfSignedCertificate : public BackChannelTest {
 protected:
  /// A client that has registered `certificate` as a JWK with x5c. Spec: RFC8705-2.2
  TestClient add_bank(const Bytes& certificate) {
    const auto parsed = test::value_of(x509::Certificate::from_der(certificate));
    const jose::Jwk jwk{.key = test::value_of(crypto::PublicKey::from_spki(parsed.spki())),
                        .kid = "tls",
                        .use = "sig",
                        .alg = {},
                        .key_ops = {},
                        .x5c = {certificate}};
    return add_client("bank", {{"token_endpoint_auth_method", "self_signed_tls_client_auth"},
                               {"grant_types", {"authorization_code", "client_credentials"}},
                               {"jwks", jose::to_json(jose::JwkSet({jwk}))}});
  }
  test::Authority authority{"Authority", server.clock.now()};
};

// RFC8705-2.2
TEST_F(SelfSignedCertificate, NoneOrAnotherOneIsRefused) {
  const TestClient bank = add_bank(authority.self_sign("bank"));
  const auto none = token_as(bank, kForm);
  expect_refused(none, 401, "invalid_client");
  EXPECT_TRUE(text_of(none, "error_description").contains("mtls_endpoint_aliases"));
  server.peer.certificate = authority.self_sign("bank");
  expect_refused(token_as(bank, kForm), 401, "invalid_client");
  server.peer.certificate = authority.issue_client("bank");
  expect_refused(token_as(bank, kForm), 401, "invalid_client");
  server.peer.certificate = to_bytes("not a certificate");
  expect_refused(token_as(bank, kForm), 401, "invalid_client");
}

// RFC7517-4.7
TEST_F(SelfSignedCertificate, BesideAnotherKeyIsNotRegistered) {
  jose::Jwk jwk = test::public_jwk(client.signer);
  jwk.x5c = {authority.self_sign("bank")};
  const TestClient bank = add_client("bank", {{"token_endpoint_auth_method", "self_signed_tls_client_auth"},
                                              {"grant_types", {"authorization_code", "client_credentials"}},
                                              {"jwks", jose::to_json(jose::JwkSet({jwk}))}});
  server.peer.certificate = jwk.x5c.front();
  expect_refused(token_as(bank, kForm), 401, "invalid_client");
  const auto parsed = oauth::parse_client_metadata(bank.metadata, *oauth::find_profile("fapi2_security"));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().public_text.view(),
            "The member jwks has a key whose first certificate in x5c is of another key.");
}

TEST_F(SelfSignedCertificate, TheRegisteredOneAuthenticates) {
  const Bytes own = authority.self_sign("bank");
  const TestClient bank = add_bank(own);
  server.peer.certificate = own;
  EXPECT_EQ(token_as(bank, kForm).status, 200);
}

class LaxerProfile : public ClientAuthentication {
 protected:
  LaxerProfile() : ClientAuthentication({test::issuer_config("main", "https://as.example", "openid")}) {}
};

TEST_F(LaxerProfile, AnotherAudienceThanTheIssuerIsRefusedHereToo) {
  for (const char* const aud : {"\"https://as.example/token\"", "[\"https://as.example\",\"https://evil.example\"]",
                                "[]", "\"https://evil.example\""}) {
    expect_refused(ask({.aud = aud}), 401, "invalid_client");
  }
  EXPECT_EQ(ask({.aud = "[\"https://as.example\"]"}).status, 200);
}

TEST_F(LaxerProfile, Rs256IsAccepted) {
  const auto rs256 = make_rsa(crypto::SignatureAlgorithm::RS256);
  const auto old = add_rsa_client("old", rs256);
  EXPECT_EQ(ask_with(sign(rs256, "old", {})).status, 200);
}

// RFC6749-4.4, RFC7662-2.1
TEST_F(LaxerProfile, APublicClientGetsTokensForUsersOnly) {
  const auto app = add_client("app", {{"token_endpoint_auth_method", "none"}, {"jwks", nullptr}});
  expect_refused(token_as(app, kForm), 400, "unauthorized_client");
  expect_refused(introspect_as(app, "token"), 401, "invalid_client");
  EXPECT_NE(tokens_for(app).access_token, "");
}

TEST_F(LaxerProfile, AConfidentialClientCannotActAsAPublicOne) {
  const std::string code = code_for(client);
  const auto form = with(code_form(client, code), {{"client_id", client.client_id}});
  expect_refused(server.post(kToken, form), 401, "invalid_client");
}

}  // namespace
}  // namespace signet
