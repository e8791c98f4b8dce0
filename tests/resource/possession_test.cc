// What the conformance suite tries at a resource (conformance.md 2.2.1), and what it wants to see pass.
#include "resource/resource_fixture.h"

namespace signet::test {
namespace {

using DpopAtTheApi = ResourceFixture;

TEST_F(DpopAtTheApi, TwoProofsAreRefused) {
  auto request = make_request("opaque");
  request.fields.add("DPoP", make_proof("opaque"));
  EXPECT_EQ(status(request), 401);
}

TEST_F(DpopAtTheApi, AMalformedProofIsRefused) {
  for (const std::string proof : {"", "x", "a.b", "a.b.c", "a.b.c.d", "eyJ9.e30.e30"}) {
    auto request = bare_request();
    request.fields.add("Authorization", "DPoP opaque");
    request.fields.add("DPoP", proof);
    EXPECT_EQ(status(request), 401) << proof;
  }
}

TEST_F(DpopAtTheApi, EveryHeaderMemberIsRequired) {
  for (const std::string_view member : {"typ", "jwk"}) {
    EXPECT_EQ(status_with_proof([&](ProofParts& parts) { parts.header.erase(member); }), 401) << member;
  }
}

TEST_F(DpopAtTheApi, AProofWithoutAlgIsRefused) {
  ProofParts parts = proof_parts("opaque");
  const std::string proof = sign(parts);
  parts.header.erase("alg");
  auto request = bare_request();
  request.fields.add("Authorization", "DPoP opaque");
  request.fields.add("DPoP", encode_base64url(as_bytes(render_json(parts.header))) + proof.substr(proof.find('.')));
  EXPECT_EQ(status(request), 401);
}

TEST_F(DpopAtTheApi, EveryClaimIsRequired) {
  for (const std::string_view claim : {"jti", "htm", "htu", "iat", "ath"}) {
    EXPECT_EQ(status_with_proof([&](ProofParts& parts) { parts.claims.erase(claim); }), 401) << claim;
  }
}

TEST_F(DpopAtTheApi, AnotherTypeIsRefused) {
  EXPECT_EQ(status_with_proof([](ProofParts& parts) { parts.header["typ"] = "JWT"; }), 401);
}

TEST_F(DpopAtTheApi, AlgNoneIsRefused) {
  ProofParts parts = proof_parts("opaque");
  parts.header["alg"] = "none";
  auto request = bare_request();
  request.fields.add("Authorization", "DPoP opaque");
  request.fields.add("DPoP", encode_base64url(as_bytes(render_json(parts.header))) + "." +
                                 encode_base64url(as_bytes(render_json(parts.claims))) + ".");
  EXPECT_EQ(status(request), 401);
}

TEST_F(DpopAtTheApi, Rs256IsRefused) {
  const auto rsa = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::PS256).value();
  server_.introspection.cnf = oauth::SenderConstraint::dpop(jose::thumbprint(rsa.public_key()));
  const auto parts = proof_parts("opaque");
  const auto header = oauth::render_dpop_header(rsa.public_key(), crypto::SignatureAlgorithm::RS256);
  const auto proof =
      jose::sign_jws_with_header({rsa, crypto::SignatureAlgorithm::RS256, {}}, header, render_json(parts.claims));
  auto request = bare_request();
  request.fields.add("Authorization", "DPoP opaque");
  request.fields.add("DPoP", proof.value());
  EXPECT_EQ(status(request), 401);
}

TEST_F(DpopAtTheApi, ABadSignatureIsRefused) {
  auto request = bare_request();
  std::string proof = make_proof("opaque");
  auto& character = proof[proof.rfind('.') + 10];
  character = character == 'A' ? 'B' : 'A';
  request.fields.add("Authorization", "DPoP opaque");
  request.fields.add("DPoP", proof);
  EXPECT_EQ(status(request), 401);
}

TEST_F(DpopAtTheApi, PrivateMembersInTheKeyAreRefused) {
  EXPECT_EQ(status_with_proof([&](ProofParts& parts) {
              parts.header["jwk"].as_object()["d"] = encode_base64url(key_.private_value().value().reveal());
            }),
            401);
}

TEST_F(DpopAtTheApi, AnotherMethodIsRefused) {
  EXPECT_EQ(status_with_proof([](ProofParts& parts) { parts.claims["htm"] = "PUT"; }), 401);
  EXPECT_EQ(status_with_proof([](ProofParts& parts) { parts.claims["htm"] = "get"; }), 401);
}

TEST_F(DpopAtTheApi, AnotherAddressIsRefused) {
  for (const std::string_view htu : {"https://api.test/payments", "https://evil.test/accounts",
                                     "http://api.test/accounts", "https://api.test:8443/accounts", "/accounts"}) {
    EXPECT_EQ(status_with_proof([&](ProofParts& parts) { parts.claims["htu"] = htu; }), 401) << htu;
  }
}

TEST_F(DpopAtTheApi, AnHourOfDifferenceIsRefused) {
  const auto now = to_unix_seconds(clock_.now());
  EXPECT_EQ(status_with_proof([&](ProofParts& parts) { parts.claims["iat"] = now - 3600; }), 401);
  EXPECT_EQ(status_with_proof([&](ProofParts& parts) { parts.claims["iat"] = now + 3600; }), 401);
}

TEST_F(DpopAtTheApi, TheHashOfAnotherTokenIsRefused) {
  EXPECT_EQ(status_with_proof([](ProofParts& parts) { parts.claims["ath"] = oauth::make_ath("other"); }), 401);
}

TEST_F(DpopAtTheApi, AnotherKeyThanTheOneOfTheTokenIsRefused) {
  server_.introspection.cnf = oauth::SenderConstraint::dpop(
      jose::thumbprint(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256)->public_key()));
  EXPECT_EQ(status(make_request("opaque")), 401);
}

TEST_F(DpopAtTheApi, TheSchemeWithoutAProofIsRefused) {
  auto request = bare_request();
  request.fields.add("Authorization", "DPoP opaque");
  EXPECT_EQ(status(request), 401);
}

// RFC9449-7.2
TEST_F(DpopAtTheApi, ABoundTokenAsBearerIsRefusedWithAndWithoutAProof) {
  auto request = bare_request();
  request.fields.add("Authorization", "Bearer opaque");
  EXPECT_EQ(status(request), 401);
  request.fields.add("DPoP", make_proof("opaque"));
  EXPECT_EQ(status(request), 401);
}

TEST_F(DpopAtTheApi, AnUnboundTokenIsRefusedUnderEitherScheme) {
  server_.introspection.cnf = {};
  EXPECT_EQ(status(make_request("opaque")), 401);
  auto request = bare_request();
  request.fields.add("Authorization", "Bearer opaque");
  EXPECT_EQ(status(request), 401);
}

// RFC9449-11.1
TEST_F(DpopAtTheApi, AProofWorksOnce) {
  const auto request = make_request("opaque");
  EXPECT_EQ(status(request), 200);
  EXPECT_EQ(status(request), 401);
}

TEST_F(DpopAtTheApi, TwoAuthorizationFieldsAreRefused) {
  auto request = make_request("opaque");
  request.fields.add("Authorization", "DPoP opaque");
  EXPECT_EQ(status(request), 400);
}

// FAPI2-SP-FINAL-5.3.4
TEST_F(DpopAtTheApi, ATokenInTheQueryIsRefused) {
  auto request = bare_request();
  request.target = "/accounts?access_token=opaque";
  EXPECT_EQ(status(request), 400);
  auto both = make_request("opaque");
  both.target = "/accounts?access%5Ftoken=opaque";
  EXPECT_EQ(status(both), 400);
  for (const auto* const query : {"access_token=%zz", "access_token=", "a=%zz&access%5Ftoken=opaque"}) {
    both.target = std::string("/accounts?") + query;
    EXPECT_EQ(status(both), 400) << query;
  }
}

TEST_F(DpopAtTheApi, ATokenInTheFormIsRefused) {
  auto request = make_request("opaque");
  request.fields.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = "access_token=opaque";
  EXPECT_EQ(status(request), 400);
}

// RFC9728-5.1
TEST_F(DpopAtTheApi, NoCredentialIsAChallengeWithoutAnError) {
  const auto verdict = check(bare_request());
  const auto& refusal = std::get<verify::Refusal>(verdict);
  EXPECT_EQ(refusal.status, 401);
  const auto response = resource::render_refusal(refusal);
  const auto challenges = oauth::parse_challenges(response.fields.all("WWW-Authenticate")).value();
  ASSERT_FALSE(challenges.empty());
  EXPECT_EQ(challenges.front().scheme, oauth::TokenScheme::Dpop);
  EXPECT_TRUE(challenges.front().error.empty());
  EXPECT_EQ(challenges.front().resource_metadata, "https://api.test/.well-known/oauth-protected-resource");
}

// What must pass.

TEST_F(DpopAtTheApi, ACorrectProofPasses) {
  const auto verdict = check(make_request("opaque"));
  ASSERT_TRUE(std::holds_alternative<verify::VerifiedToken>(verdict));
  EXPECT_EQ(std::get<verify::VerifiedToken>(verdict).sub, "alice");
}

TEST_F(DpopAtTheApi, TheSchemeHasNoCase) {
  for (const std::string_view scheme : {"dpop ", "DPOP ", "dPOP "}) {
    auto request = bare_request();
    request.fields.add("authorization", std::string(scheme) + "opaque");
    request.fields.add("dpop", make_proof("opaque"));
    EXPECT_EQ(status(request), 200) << scheme;
  }
}

TEST_F(DpopAtTheApi, EquivalentAddressesPass) {
  for (const std::string_view htu :
       {"HTTPS://API.TEST/accounts", "https://api.test:443/accounts", "https://api.test/accounts?a=b#c"}) {
    EXPECT_EQ(status_with_proof([&](ProofParts& parts) { parts.claims["htu"] = htu; }), 200) << htu;
  }
}

TEST_F(DpopAtTheApi, UnknownMembersPass) {
  EXPECT_EQ(status_with_proof([&](ProofParts& parts) {
              parts.header["kid"] = "x";
              parts.header["custom"] = 1;
              parts.claims["nbf"] = to_unix_seconds(clock_.now());
              parts.claims["exp"] = to_unix_seconds(clock_.now()) + 60;
              parts.claims["custom"] = true;
            }),
            200);
}

TEST_F(DpopAtTheApi, TenSecondsOfDifferencePass) {
  const auto now = to_unix_seconds(clock_.now());
  EXPECT_EQ(status_with_proof([&](ProofParts& parts) { parts.claims["iat"] = now - 10; }), 200);
  EXPECT_EQ(status_with_proof([&](ProofParts& parts) { parts.claims["iat"] = now + 10; }), 200);
}

class CertificateAtTheApi : public ResourceFixture {
 protected:
  CertificateAtTheApi() {
    server_.introspection.cnf = oauth::SenderConstraint::mtls(x509::certificate_thumbprint(certificate_));
  }
  [[nodiscard]] static http::Request bearer(std::string_view scheme, Bytes certificate) {
    auto request = bare_request();
    request.fields.add("Authorization", std::string(scheme) + " opaque");
    request.peer.certificate = std::move(certificate);
    return request;
  }
  const Bytes certificate_ = to_bytes("certificate of the client");
};

// RFC8705-3
TEST_F(CertificateAtTheApi, AnotherCertificateIsRefused) {
  EXPECT_EQ(status(bearer("Bearer", to_bytes("another"))), 401);
}

TEST_F(CertificateAtTheApi, NoCertificateIsRefused) {
  EXPECT_EQ(status(bearer("Bearer", {})), 401);
}

TEST_F(CertificateAtTheApi, AProofInsteadOfTheCertificateIsRefused) {
  auto request = make_request("opaque");
  request.peer.certificate = certificate_;
  EXPECT_EQ(status(request), 401);
}

TEST_F(CertificateAtTheApi, TheCertificateOfTheTokenPassesUnderAnyCaseOfTheScheme) {
  EXPECT_EQ(status(bearer("Bearer", certificate_)), 200);
  EXPECT_EQ(status(bearer("bEARER", certificate_)), 200);
}

resource::ResourceConfig make_nonce_config() {
  auto config = make_resource_config();
  config.require_dpop_nonce = true;
  return config;
}

class NonceAtTheApi : public ResourceFixture {
 protected:
  NonceAtTheApi() : ResourceFixture(make_nonce_config()) {}
};

// RFC9449-9
TEST_F(NonceAtTheApi, AProofWithoutANonceIsAnsweredWithOne) {
  const auto verdict = check(make_request("opaque"));
  const auto response = resource::render_refusal(std::get<verify::Refusal>(verdict));
  EXPECT_EQ(response.status, 401);
  EXPECT_FALSE(response.fields.get("DPoP-Nonce").empty());
  const auto challenges = oauth::parse_challenges(response.fields.all("WWW-Authenticate")).value();
  EXPECT_EQ(challenges.front().error, "use_dpop_nonce");
}

TEST_F(NonceAtTheApi, AProofWithTheNoncePasses) {
  const auto verdict = check(make_request("opaque"));
  const std::string nonce = *std::get<verify::Refusal>(verdict).new_dpop_nonce;
  EXPECT_EQ(status_with_proof([&](ProofParts& parts) { parts.claims["nonce"] = nonce; }), 200);
}

TEST_F(NonceAtTheApi, AForeignNonceIsRefused) {
  EXPECT_EQ(status_with_proof([](ProofParts& parts) { parts.claims["nonce"] = "made-up"; }), 401);
}

}  // namespace
}  // namespace signet::test
