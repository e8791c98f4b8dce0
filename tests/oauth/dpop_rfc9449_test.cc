#include "oauth/dpop_rfc9449.h"

#include "oauth/replay.h"
#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using crypto::SignatureAlgorithm;
using test::code_of;
using test::kAccepted;
using test::kNow;

constexpr SignatureAlgorithm kAlgorithms[] = {SignatureAlgorithm::PS256, SignatureAlgorithm::ES256,
                                              SignatureAlgorithm::EdDSA};
constexpr std::string_view kUrl = "https://api.example/accounts";
constexpr std::string_view kToken = "the-access-token";

const jose::Signer& signer() {
  static const jose::Signer kSigner = test::make_signer(SignatureAlgorithm::ES256, "");
  return kSigner;
}

json::object claims() {
  return {{"jti", "jti-1"}, {"htm", "GET"}, {"htu", kUrl}, {"iat", to_unix_seconds(kNow)}, {"ath", make_ath(kToken)}};
}
json::object header() {
  return parse_json_object(render_dpop_header(signer().key.public_key(), SignatureAlgorithm::ES256)).value();
}
std::string make_proof(const json::object& head, const json::object& body) {
  return jose::sign_jws_with_header(signer(), render_json(head), render_json(body)).value();
}
DpopExpectation expectation() {
  return {.method = "GET", .url = kUrl, .now = kNow, .access_token = kToken};
}
Result<DpopProof> check(std::string_view text, const DpopExpectation& expected = expectation()) {
  TRY_ASSIGN(const UnverifiedDpopProof proof, parse_dpop_proof(text, kAlgorithms));
  return verify_dpop_proof(proof, expected);
}
Result<DpopProof> check_claim(std::string_view name, const json::value& value) {
  json::object body = claims();
  body[name] = value;
  return check(make_proof(header(), body));
}
Result<DpopProof> check_claim(std::string_view name, const std::string& value) {
  return check_claim(name, json::value(std::string_view(value)));
}
Result<DpopProof> check_claim(std::string_view name, const char* value) {
  return check_claim(name, std::string(value));
}
Result<DpopProof> check_without_claim(std::string_view name) {
  json::object body = claims();
  body.erase(name);
  return check(make_proof(header(), body));
}
Result<DpopProof> check_header(std::string_view name, const json::value& value) {
  json::object head = header();
  head[name] = value;
  return check(make_proof(head, claims()));
}
std::int64_t at(Duration offset) {
  return to_unix_seconds(kNow + offset);
}

TEST(DpopHeader, TwoFieldsAreRefused) {
  const std::string_view two[] = {"a", "a"};
  EXPECT_EQ(code_of(find_dpop_header(two)), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(*find_dpop_header({}), std::nullopt);
}

TEST(DpopProofs, AMissingClaimIsRefused) {
  for (const auto* name : {"jti", "htm", "htu", "iat", "ath"}) {
    EXPECT_EQ(code_of(check_without_claim(name)), ErrorCode::InvalidDpopProof) << name;
  }
}

TEST(DpopProofs, AClaimOfAnotherTypeIsRefused) {
  for (const auto* name : {"jti", "htm", "htu", "ath", "nonce"}) {
    EXPECT_EQ(code_of(check_claim(name, 7)), ErrorCode::InvalidDpopProof) << name;
  }
  EXPECT_EQ(code_of(check_claim("iat", "now")), ErrorCode::InvalidDpopProof);
}

TEST(DpopProofs, AnotherMethodIsRefused) {
  for (const auto* method : {"PUT", "get", "GET ", ""}) {
    EXPECT_EQ(code_of(check_claim("htm", method)), ErrorCode::InvalidDpopProof) << method;
  }
}

TEST(DpopProofs, AnotherUrlIsRefused) {
  for (const auto* url :
       {"https://api.example/payments", "https://evil.example/accounts", "http://api.example/accounts",
        "https://api.example:8443/accounts", "https://api.example/accounts/", "https://api.example/Accounts",
        "https://x@api.example/accounts", "/accounts", "", "?https://api.example/accounts",
        "https://api.example/x/../accounts", "https://api.example/accounts%2F"}) {
    EXPECT_EQ(code_of(check_claim("htu", url)), ErrorCode::InvalidDpopProof) << url;
  }
}

// RFC3986-6.2.2
TEST(DpopProofs, TheSameUrlInAnotherSpellingIsAccepted) {
  for (const auto* url :
       {"https://api.example/accounts?x=1", "https://api.example/accounts#f", "HTTPS://API.example/accounts",
        "https://api.example:443/accounts", "https://api.example/%61ccounts"}) {
    EXPECT_EQ(code_of(check_claim("htu", url)), kAccepted) << url;
  }
  EXPECT_TRUE(same_htu("https://a.example", "https://a.example/"));
  EXPECT_TRUE(same_htu("https://a.example/%2f", "https://a.example/%2F"));
  EXPECT_FALSE(same_htu("https://a.example/%2f", "https://a.example//"));
  EXPECT_FALSE(same_htu("", ""));
}

TEST(DpopProofs, TheWindowOfIatIsNarrow) {
  EXPECT_EQ(code_of(check_claim("iat", at(seconds{-10}))), kAccepted);
  EXPECT_EQ(code_of(check_claim("iat", at(seconds{10}))), kAccepted);
  EXPECT_EQ(code_of(check_claim("iat", at(seconds{-60}))), kAccepted);
  EXPECT_EQ(code_of(check_claim("iat", at(seconds{-61}))), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_claim("iat", at(seconds{31}))), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_claim("iat", at(hours{-1}))), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_claim("iat", at(hours{1}))), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_claim("iat", -1)), ErrorCode::InvalidDpopProof);
}

TEST(DpopProofs, ExpAndNbfBindWhenTheyStand) {
  EXPECT_EQ(code_of(check_claim("exp", at(seconds{60}))), kAccepted);
  EXPECT_EQ(code_of(check_claim("nbf", at(seconds{0}))), kAccepted);
  EXPECT_EQ(code_of(check_claim("exp", at(minutes{-5}))), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_claim("nbf", at(minutes{5}))), ErrorCode::InvalidDpopProof);
}

TEST(DpopProofs, AHashOfAnotherTokenIsRefused) {
  EXPECT_EQ(code_of(check_claim("ath", make_ath("another-token"))), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_claim("ath", "")), ErrorCode::InvalidDpopProof);
}

TEST(DpopProofs, AtTheTokenEndpointNoHashIsAskedFor) {
  json::object body = claims();
  body.erase("ath");
  auto expected = expectation();
  expected.access_token = std::nullopt;
  EXPECT_EQ(code_of(check(make_proof(header(), body), expected)), kAccepted);
}

TEST(DpopProofs, AnEndlessJtiIsRefused) {
  EXPECT_EQ(code_of(check_claim("jti", std::string(257, 'j'))), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_claim("jti", "")), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_claim("jti", std::string(256, 'j'))), kAccepted);
}

TEST(DpopProofs, AnotherTypIsRefused) {
  for (const auto* typ : {"JWT", "at+jwt", "", "dpop+jwtx"}) {
    EXPECT_EQ(code_of(check_header("typ", typ)), ErrorCode::InvalidDpopProof) << typ;
  }
}

TEST(DpopProofs, AKeyThatIsMissingPrivateOrOfAnotherKindIsRefused) {
  json::object head = header();
  head.erase("jwk");
  EXPECT_EQ(code_of(check(make_proof(head, claims()))), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_header("jwk", "text")), ErrorCode::InvalidDpopProof);
  json::object jwk = header().at("jwk").as_object();
  jwk["d"] = "AAAA";
  EXPECT_EQ(code_of(check_header("jwk", jwk)), ErrorCode::InvalidDpopProof);
  jwk.erase("d");
  jwk["use"] = "enc";
  EXPECT_EQ(code_of(check_header("jwk", jwk)), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check_header("jwk", json::object{{"kty", "oct"}, {"k", "AAAA"}})), ErrorCode::InvalidDpopProof);
}

TEST(DpopProofs, AnAlgorithmOffTheListIsRefused) {
  const jose::Signer rsa = test::make_signer(SignatureAlgorithm::RS256, "");
  const std::string text =
      jose::sign_jws_with_header(rsa, render_dpop_header(rsa.key.public_key(), SignatureAlgorithm::RS256),
                                 render_json(claims()))
          .value();
  EXPECT_EQ(code_of(check(text)), ErrorCode::InvalidDpopProof);
}

TEST(DpopProofs, AnUnsignedProofIsRefused) {
  json::object head = header();
  head["alg"] = "none";
  const std::string text =
      encode_base64url(as_bytes(render_json(head))) + "." + encode_base64url(as_bytes(render_json(claims())));
  EXPECT_EQ(code_of(check(text + ".")), ErrorCode::InvalidDpopProof);
  EXPECT_EQ(code_of(check(text + ".AAAA")), ErrorCode::InvalidDpopProof);
}

TEST(DpopProofs, AProofSignedByAnotherKeyThanItsOwnIsRefused) {
  const jose::Signer thief = test::make_signer(SignatureAlgorithm::ES256, "");
  const auto text = jose::sign_jws_with_header(thief, render_json(header()), render_json(claims()));
  EXPECT_EQ(code_of(check(*text)), ErrorCode::InvalidDpopProof);
}

TEST(DpopProofs, MalformedTextIsRefused) {
  for (const auto& text :
       {std::string(), std::string("a.b.c"), std::string(".."), std::string(kMaxDpopProofBytes + 1, 'a')}) {
    EXPECT_EQ(code_of(check(text)), ErrorCode::InvalidDpopProof);
  }
}

TEST(DpopProofs, UnknownMembersAreIgnored) {
  EXPECT_EQ(code_of(check_header("x-unknown", 1)), kAccepted);
  EXPECT_EQ(code_of(check_claim("unknown", json::object{})), kAccepted);
}

TEST(DpopProofs, WhatAClientRendersTheServerAccepts) {
  for (const auto algorithm : kAlgorithms) {
    const jose::Signer client = test::make_signer(algorithm, "");
    const std::string text =
        jose::sign_jws_with_header(client, render_dpop_header(client.key.public_key(), algorithm),
                                   render_dpop_claims({.method = "GET",
                                                       .url = "https://api.example/accounts?page=2",
                                                       .jti = "j",
                                                       .now = kNow,
                                                       .nonce = "n-1",
                                                       .access_token = kToken}))
            .value();
    const auto proof = check(text);
    ASSERT_TRUE(proof) << proof.error().public_text.view();
    EXPECT_EQ(proof->jkt, jose::thumbprint(client.key.public_key()));
    EXPECT_EQ(proof->nonce, "n-1");
    EXPECT_GE(proof->replay_until, kNow + seconds{60});
  }
}

TEST(DpopProofs, TheExampleOfRfc9449IsAccepted) {
  // RFC 9449, section 4.1 (proof) and section 6.1 (thumbprint)
  constexpr std::string_view kProof =
      "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo"
      "RjQyVVFV"
      "ZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."
      "eyJqdGkiOiItQndDM0VT"
      "YzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ."
      "2-GxA6T8lP"
      "4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
  const auto proof = check(
      kProof, {.method = "POST", .url = "https://server.example.com/token", .now = from_unix_seconds(1562262616)});
  ASSERT_TRUE(proof) << proof.error().public_text.view();
  EXPECT_EQ(proof->jkt, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
  EXPECT_EQ(proof->jti, "-BwC3ESc6acc2lTc");
  // RFC 9449, section 7.1
  EXPECT_EQ(make_ath("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

TEST(DpopJkt, AnythingButAThumbprintIsRefused) {
  EXPECT_EQ(code_of(check_dpop_jkt("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")), kAccepted);
  for (const auto* text : {"", "short", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I="}) {
    EXPECT_EQ(code_of(check_dpop_jkt(text)), ErrorCode::InvalidRequest) << text;
  }
}

DpopNonces make_nonces(std::uint8_t key = 1, std::string purpose = "rs") {
  return DpopNonces(SecretBytes(Bytes(32, key)), std::move(purpose), minutes{2});
}

TEST(DpopNonce, ANonceOfAnotherKeyOrPurposeIsRefused) {
  const std::string nonce = make_nonces().make(kNow);
  EXPECT_EQ(code_of(make_nonces(2).check(nonce, kNow)), ErrorCode::UseDpopNonce);
  EXPECT_EQ(code_of(make_nonces(1, "as").check(nonce, kNow)), ErrorCode::UseDpopNonce);
}

TEST(DpopNonce, MissingMalformedAndOldNoncesAreRefused) {
  const auto nonces = make_nonces();
  std::string changed = nonces.make(kNow);
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  for (const auto& nonce : {std::string(), std::string("abc"), changed, std::string(32, 'A'), std::string(32, '_')}) {
    EXPECT_EQ(code_of(nonces.check(nonce, kNow)), ErrorCode::UseDpopNonce) << nonce;
  }
  EXPECT_EQ(code_of(nonces.check(nonces.make(kNow), kNow + minutes{4})), ErrorCode::UseDpopNonce);
}

TEST(DpopNonce, LivesIntoTheNextWindowAndIsStaleThere) {
  const auto nonces = make_nonces();
  const std::string nonce = nonces.make(kNow);
  EXPECT_EQ(code_of(nonces.check(nonce, kNow)), kAccepted);
  EXPECT_EQ(code_of(nonces.check(nonce, kNow + minutes{2})), kAccepted);
  EXPECT_FALSE(nonces.is_stale(nonce, kNow));
  EXPECT_TRUE(nonces.is_stale(nonce, kNow + minutes{2}));
  EXPECT_TRUE(nonces.is_stale("", kNow));
}

TEST(DpopNonce, ANodeWithTheSameKeyAcceptsItEvenWhenItsClockIsBehind) {
  EXPECT_EQ(code_of(make_nonces().check(make_nonces().make(kNow), kNow - seconds{5})), kAccepted);
}

TEST(ReplayHash, NoTwoUsesShareAName) {
  const Instant until = from_unix_seconds(1'800'000'000);
  const auto base = replay_hash(ReplayKind::DpopProof, "a", "b", "c", until);
  EXPECT_EQ(base, replay_hash(ReplayKind::DpopProof, "a", "b", "c", until));
  EXPECT_NE(base, replay_hash(ReplayKind::ClientAssertion, "a", "b", "c", until));
  EXPECT_NE(base, replay_hash(ReplayKind::DpopProof, "ab", "", "c", until));
  EXPECT_NE(base, replay_hash(ReplayKind::DpopProof, "a", "bc", "", until));
  EXPECT_NE(base, replay_hash(ReplayKind::DpopProof, "", "ab", "c", until));
}

}  // namespace
}  // namespace signet::oauth
