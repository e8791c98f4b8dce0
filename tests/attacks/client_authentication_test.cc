// Invariant 4: client authentication has an exact audience where the profile says so, a bounded life, and works once.
#include "attacks/attack_fixture.h"
#include "attacks/certificates.h"

namespace signet {
namespace {

using test::AttackTest;
using test::error_of;
using test::Parameters;
using test::with;

class ForgedAssertion : public AttackTest {
 protected:
  struct Claims {
    std::string iss = "client-1";
    std::string sub = "client-1";
    std::string aud = "\"https://as.example\"";
    std::string jti = "jti";
    std::int64_t lives_seconds = 60;
  };
  std::string render(const Claims& claims) {
    JsonWriter writer;
    writer.text("iss", claims.iss).text("sub", claims.sub).raw("aud", claims.aud).text_if("jti", claims.jti);
    writer.number("iat", to_unix_seconds(server.clock.now()));
    writer.number("exp", to_unix_seconds(server.clock.now()) + claims.lives_seconds);
    return std::move(writer).take();
  }
  std::string sign(const Claims& claims) {
    return test::value_of(jose::sign_jws(client.signer, oauth::kClientAssertionTyp, render(claims)));
  }
  http::Response try_assertion(const std::string& assertion) {
    return try_at(kPar, assertion, with(client.authorization_request(), {{"client_id", "client-1"}}));
  }
  http::Response try_at(const std::string& url, const std::string& assertion, const Parameters& form) {
    http::Fields fields;
    fields.set("DPoP", proof(client.dpop_key, "POST", url));
    return server.post(url,
                       with(form, {{"client_assertion_type", std::string(oauth::kClientAssertionType)},
                                   {"client_assertion", assertion}}),
                       std::move(fields));
  }
  void expect_refused(const http::Response& answer) {
    EXPECT_EQ(answer.status, 401) << answer.body;
    EXPECT_EQ(error_of(answer), "invalid_client");
  }
};

// FAPI2-SP-FINAL-5.3.2.1, RFC7523-3
TEST_F(ForgedAssertion, MadeForAnotherServerOrEndpointIsRefused) {
  for (const char* const aud :
       {"\"https://as.example/token\"", "\"https://as.example/par\"", "[\"https://as.example\"]",
        "\"https://as.example/\"", "\"https://evil.example\"", "[\"https://as.example\",\"https://evil.example\"]",
        "\"HTTPS://AS.EXAMPLE\"", "\"\"", "null"}) {
    expect_refused(try_assertion(sign({.aud = aud})));
  }
  EXPECT_EQ(try_assertion(sign({})).status, 201);
}

// RFC7523-3
TEST_F(ForgedAssertion, ThatHasExpiredOrLivesForEverIsRefused) {
  for (const std::int64_t lives : {-120, -31, 3600, 315'360'000}) {
    expect_refused(try_assertion(sign({.lives_seconds = lives})));
  }
}

// RFC7523-3
TEST_F(ForgedAssertion, WorksOnceAtWhateverEndpoint) {
  const std::string assertion = sign({});
  EXPECT_EQ(try_assertion(assertion).status, 201);
  expect_refused(try_assertion(assertion));
  expect_refused(try_at(kToken, assertion, {{"grant_type", "client_credentials"}}));
}

TEST_F(ForgedAssertion, WithoutAJtiIsRefused) {
  expect_refused(try_assertion(sign({.jti = ""})));
}

TEST_F(ForgedAssertion, InTheNameOfAnotherClientIsRefused) {
  server.register_client(other_client);
  expect_refused(try_assertion(sign({.iss = "client-2", .sub = "client-2"})));
  expect_refused(try_assertion(sign({.sub = "client-2"})));
}

// RFC8725-3.1
TEST_F(ForgedAssertion, UnsignedOrSignedWithTheWrongKeyOrAlgorithmIsRefused) {
  const std::string claims = encode_base64url(as_bytes(render({})));
  const std::string none = encode_base64url(as_bytes(R"({"alg":"none","typ":"JWT"})"));
  const std::string hmac = encode_base64url(as_bytes(R"({"alg":"HS256","typ":"JWT"})"));
  expect_refused(try_assertion(none + "." + claims + "."));
  expect_refused(try_assertion(hmac + "." + claims + "." + encode_base64url(Bytes(32, 1))));
  const std::string forged = test::value_of(jose::sign_jws(thiefs_key, oauth::kClientAssertionTyp, render({})));
  expect_refused(try_assertion(forged));
}

// RFC6749-2.3, RFC6749-2.3.1
TEST_F(ForgedAssertion, CannotBeReplacedByASharedSecret) {
  expect_refused(
      server.post(kToken, {{"grant_type", "client_credentials"}, {"client_id", "client-1"}, {"client_secret", "s"}}));
  expect_refused(server.post(kToken, {{"grant_type", "client_credentials"}, {"client_id", "client-1"}}));
}

class ForgedCertificate : public AttackTest {
 protected:
  explicit ForgedCertificate(test::Authority* = nullptr) : AttackTest({issuer_with(authority())}) {
    client.metadata["client_id"] = client.client_id = "client-tls";
    client.metadata.erase("jwks");
    client.metadata["token_endpoint_auth_method"] = "tls_client_auth";
    client.metadata["tls_client_auth_subject_dn"] = "CN=client-tls";
    server.register_client(client);
  }
  static test::Authority& authority() {
    static test::Authority trusted("Trusted authority", test::FakeClock().now());
    return trusted;
  }
  static server::IssuerConfig issuer_with(const test::Authority& trusted) {
    auto config = test::issuer_config();
    config.client_certificate_ca_file = trusted.file();
    return config;
  }
  http::Response push_with(Bytes certificate) {
    server.peer.certificate = std::move(certificate);
    return server.post(kPar, client.authorization_request());
  }
};

// RFC8705-2.1
TEST_F(ForgedCertificate, OfAnAuthorityNobodyTrustsIsRefused) {
  test::Authority evil("Trusted authority", server.clock.now());
  EXPECT_EQ(push_with(evil.issue_client("client-tls")).status, 401);
  EXPECT_EQ(push_with(evil.self_sign("client-tls")).status, 401);
  EXPECT_EQ(push_with(authority().issue_client("client-tls")).status, 201);
}

// RFC8705-2.1.2
TEST_F(ForgedCertificate, OfAnotherSubjectIsRefused) {
  EXPECT_EQ(push_with(authority().issue_client("client-tls2")).status, 401);
  EXPECT_EQ(push_with(authority().issue_client("")).status, 401);
}

TEST_F(ForgedCertificate, ThatHasExpiredIsRefused) {
  const Bytes certificate = authority().issue_client("client-tls");
  server.clock.advance(days{31});
  EXPECT_EQ(push_with(certificate).status, 401);
}

// RFC8705-2
TEST_F(ForgedCertificate, ThatIsMissingIsNotReplacedByAHeader) {
  http::Fields fields;
  fields.set("Client-Cert", ":" + encode_base64(authority().issue_client("client-tls")) + ":");
  EXPECT_EQ(server.post(kPar, client.authorization_request(), std::move(fields)).status, 401);
}

}  // namespace
}  // namespace signet
