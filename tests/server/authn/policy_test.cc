#include "server/authn/policy.h"

#include <gtest/gtest.h>

#include "server/authn/assurance.h"
#include "server/authn/texts.h"
#include "support/snapshot.h"

namespace signet::server::authn {
namespace {

constexpr Instant kNow = from_unix_seconds(1'800'000'000);

std::vector<LevelConfig> three_levels() {
  return {{.acr = "1", .assurance = {}},
          {.acr = "2", .categories = 2, .assurance = {}},
          {.acr = "3", .categories = 2, .phishing_resistant = true, .assurance = {}}};
}

struct Policy : testing::Test {
  Situation situation() { return {.request = request, .client = client, .levels = levels, .now = kNow}; }
  Situation signed_in(std::string acr = "1") {
    Situation situation = this->situation();
    situation.session = store::SessionRecord{.session_hash = oauth::SessionHash::of("cookie"),
                                             .issuer = {},
                                             .account_id = {},
                                             .authenticated_at = kNow - minutes{5},
                                             .acr = std::move(acr),
                                             .amr = {}};
    situation.consent = store::ConsentRecord{};
    situation.consent->scope = request.scope;
    return situation;
  }
  static std::vector<std::string_view> reasons(const Situation& situation) {
    std::vector<std::string_view> names;
    for (const Check* check : find_needs(situation).checks) names.push_back(check->reason);
    return names;
  }
  using Reasons = std::vector<std::string_view>;

  oauth::AuthorizationRequest request = [] {
    oauth::AuthorizationRequest made;
    made.scope = {"openid", "accounts"};
    return made;
  }();
  oauth::ClientMetadata client;
  std::vector<LevelConfig> levels = three_levels();
};

TEST_F(Policy, IsTheListThatWasReviewed) {
  std::string text = fmt::format("{:24}{:10}{:38}{}\n", "reason", "ask", "error with prompt=none", "spec");
  for (const Check& check : policy_checks()) {
    const std::string_view ask = check.ask == Ask::Login     ? "login"
                                 : check.ask == Ask::StepUp  ? "step up"
                                 : check.ask == Ask::Consent ? "consent"
                                                             : "nothing";
    text += fmt::format("{:24}{:10}{:38}{}\n", check.reason, ask, name_of(check.error), check.spec);
  }
  test::expect_snapshot("tests/server/snapshots/login_policy.txt", text);
}

TEST_F(Policy, NothingIsAskedOfASessionWithConsent) {
  EXPECT_TRUE(find_needs(signed_in()).is_empty());
}

// OIDC-3.1.2.3
TEST_F(Policy, WithoutASessionTheUserMustSignIn) {
  EXPECT_EQ(reasons(situation()), (Reasons{"no_session", "not_covered"}));
}

TEST_F(Policy, PromptLoginAndSelectAccountAskForALogin) {
  request.prompt = {"login"};
  EXPECT_EQ(reasons(signed_in()), Reasons{"login_prompt"});
  request.prompt = {"select_account"};
  EXPECT_EQ(reasons(signed_in()), Reasons{"login_prompt"});
}

TEST_F(Policy, MaxAgeCountsFromTheLoginAndMayBeTheClientsDefault) {
  request.max_age = minutes{5};
  EXPECT_TRUE(find_needs(signed_in()).is_empty());
  request.max_age = minutes{5} - seconds{1};
  EXPECT_EQ(reasons(signed_in()), Reasons{"login_too_old"});
  request.max_age.reset();
  client.default_max_age = minutes{1};
  EXPECT_EQ(reasons(signed_in()), Reasons{"login_too_old"});
  request.max_age = hours{1};
  EXPECT_TRUE(find_needs(signed_in()).is_empty());
}

TEST_F(Policy, AHintAtAnotherAccountAsksForALogin) {
  Situation other = signed_in();
  other.other_account_hinted = true;
  EXPECT_EQ(reasons(other), Reasons{"other_account"});
}

TEST_F(Policy, AnAcrThatTheSessionDoesNotReachAsksForWhatIsMissing) {
  request.acr_values = {"2"};
  EXPECT_EQ(reasons(signed_in()), Reasons{"acr_not_reached"});
  EXPECT_TRUE(find_needs(signed_in()).asks(Ask::StepUp));
  EXPECT_TRUE(find_needs(signed_in("3")).is_empty());
}

TEST_F(Policy, AVoluntaryAcrThatIsUnknownOrMustBeMetWithoutAPageIsNoReasonToAsk) {
  request.acr_values = {"9"};
  EXPECT_TRUE(find_needs(signed_in()).is_empty());
  request.acr_values = {"3"};
  request.prompt = {"none"};
  EXPECT_TRUE(find_needs(signed_in()).is_empty());
}

// OIDC-5.5.1.1
TEST_F(Policy, AnEssentialAcrThatDoesNotExistIsRefused) {
  request.id_token_claims = {{.name = "acr", .essential = true, .values = {"9"}}};
  EXPECT_EQ(reasons(signed_in()), Reasons{"acr_unreachable"});
  request.id_token_claims = {{.name = "acr", .essential = true, .values = {"3"}}};
  EXPECT_EQ(reasons(signed_in()), Reasons{"acr_not_reached"});
  EXPECT_TRUE(find_needs(signed_in("3")).is_empty());
}

// OIDC-11
TEST_F(Policy, OfflineAccessThatIsNewAsksForConsent) {
  Situation situation = signed_in();
  request.scope.emplace_back("offline_access");
  EXPECT_EQ(reasons(situation), (Reasons{"offline_access_is_new", "not_covered"}));
}

TEST_F(Policy, ProtocolClaimsNeedNoConsentOthersDo) {
  request.id_token_claims = {{.name = "auth_time", .essential = true, .values = {}}};
  EXPECT_TRUE(find_needs(signed_in()).is_empty());
  request.userinfo_claims = {{.name = "email", .essential = false, .values = {}}};
  EXPECT_EQ(reasons(signed_in()), Reasons{"not_covered"});
}

TEST_F(Policy, APaymentIsNeverCovered) {
  request.authorization_details =
      R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"1"},"creditorName":"M",)"
      R"("creditorAccount":{"iban":"DE89370400440532013000"}}])";
  Situation situation = signed_in();
  EXPECT_TRUE(consent_names(request).empty());
  situation.consent->claims = {"authorization_details:" + request.authorization_details};
  EXPECT_EQ(reasons(situation), Reasons{"not_covered"});
  request.authorization_details = "not JSON";
  EXPECT_EQ(reasons(situation), Reasons{"not_covered"});
}

TEST_F(Policy, AccountInformationIsCoveredByItsOwnConsent) {
  request.authorization_details = R"([{"actions":["list_accounts"],"type":"account_information"}])";
  Situation situation = signed_in();
  EXPECT_EQ(reasons(situation), Reasons{"not_covered"});
  situation.consent->claims = {R"(authorization_details:{"actions":["read_balances"],"type":"account_information"})"};
  EXPECT_EQ(reasons(situation), Reasons{"not_covered"});
  situation.consent->claims = {R"(authorization_details:{"actions":["list_accounts"],"type":"account_information"})"};
  EXPECT_TRUE(find_needs(situation).is_empty());
}

TEST(Assurance, AStrongerLevelMeetsTheDemandForAWeakerOne) {
  const auto levels = three_levels();
  EXPECT_TRUE(meets({.values = {"2"}}, "3", levels));
  EXPECT_FALSE(meets({.values = {"2"}}, "1", levels));
  EXPECT_TRUE(meets({.values = {"2"}, .essential = true}, "3", levels));
  EXPECT_FALSE(meets({.values = {"2"}}, "unknown", levels));
  EXPECT_TRUE(meets({}, "", levels));
}

TEST(Assurance, AnEssentialDemandIsAnsweredWithOneOfItsValues) {
  const auto levels = three_levels();
  EXPECT_EQ(granted_acr({.values = {"1", "2"}, .essential = true}, "3", levels), "2");
  EXPECT_EQ(granted_acr({.values = {"1", "2"}}, "3", levels), "3");
  EXPECT_EQ(granted_acr({.values = {"3"}, .essential = true}, "3", levels), "3");
}

TEST(Texts, DurationsAreWrittenAsPeopleSayThem) {
  EXPECT_EQ(describe_duration({}, seconds{1}), "1 second");
  EXPECT_EQ(describe_duration({}, milliseconds{1500}), "2 seconds");
  EXPECT_EQ(describe_duration({}, seconds{90}), "90 seconds");
  EXPECT_EQ(describe_duration({}, minutes{10}), "10 minutes");
  EXPECT_EQ(describe_duration({}, minutes{15}), "15 minutes");
  EXPECT_EQ(describe_duration({}, days{90}), "90 days");
}

}  // namespace
}  // namespace signet::server::authn
