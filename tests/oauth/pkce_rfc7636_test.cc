#include "oauth/pkce_rfc7636.h"

#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using test::code_of;
using test::kAccepted;

// RFC 7636, appendix B
constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

TEST(Pkce, AVerifierOfAnotherChallengeIsRefused) {
  EXPECT_EQ(code_of(check_code_verifier(kChallenge, std::string(43, 'a'))), ErrorCode::InvalidGrant);
}

TEST(Pkce, AMissingVerifierIsAnInvalidGrant) {
  EXPECT_EQ(code_of(check_code_verifier(kChallenge, std::nullopt)), ErrorCode::InvalidGrant);
}

// RFC9700-4.8.2
TEST(Pkce, AVerifierWithoutAChallengeIsRefused) {
  EXPECT_EQ(code_of(check_code_verifier("", kVerifier)), ErrorCode::InvalidGrant);
  EXPECT_EQ(code_of(check_code_verifier("", std::nullopt)), kAccepted);
}

TEST(Pkce, TheChallengeItselfIsNoVerifier) {
  EXPECT_EQ(code_of(check_code_verifier(kChallenge, kChallenge)), ErrorCode::InvalidGrant);
}

// RFC7636-4.1
TEST(Pkce, AVerifierOfWrongLengthOrAlphabetIsRefusedEvenWhenItsHashFits) {
  for (const auto& verifier :
       {std::string(42, 'a'), std::string(129, 'a'), std::string(43, '+'), std::string(43, ' ')}) {
    EXPECT_EQ(code_of(check_code_verifier(make_code_challenge(verifier), verifier)), ErrorCode::InvalidGrant)
        << verifier;
  }
  for (const auto& verifier : {std::string(43, 'a'), std::string(128, '~')}) {
    EXPECT_EQ(code_of(check_code_verifier(make_code_challenge(verifier), verifier)), kAccepted) << verifier;
  }
}

// RFC7636-4.3
TEST(Pkce, PlainAndMissingMethodsAreRefused) {
  for (const auto* method : {"plain", "", "s256", "S512"}) {
    EXPECT_EQ(code_of(check_code_challenge(kChallenge, method)), ErrorCode::InvalidRequest) << method;
  }
}

// RFC7636-4.2
TEST(Pkce, AChallengeThatIsNoSha256IsRefused) {
  for (const auto& challenge : {std::string(), std::string(42, 'A'), std::string(44, 'A'), std::string(43, '='),
                                std::string(kChallenge) + "="}) {
    EXPECT_EQ(code_of(check_code_challenge(challenge, "S256")), ErrorCode::InvalidRequest) << challenge;
  }
}

TEST(Pkce, TheVectorOfRfc7636IsAccepted) {
  EXPECT_EQ(make_code_challenge(kVerifier), kChallenge);
  EXPECT_EQ(code_of(check_code_challenge(kChallenge, "S256")), kAccepted);
  EXPECT_EQ(code_of(check_code_verifier(kChallenge, kVerifier)), kAccepted);
}

}  // namespace
}  // namespace signet::oauth
