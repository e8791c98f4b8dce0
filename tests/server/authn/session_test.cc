#include "server/authn/session.h"

#include "server/authn/factors/factor.h"
#include "server/authn/factors/factor_fixture.h"

namespace signet {
namespace {

using server::authn::Category;
using server::authn::Proof;
using server::authn::Proofs;
using server::authn::StepWork;
using test::value_of;
namespace fact = server::authn::fact;

class Sessions : public test::FactorTest {
 protected:
  Proof proof(std::string factor, Duration age) {
    return {.factor = std::move(factor),
            .factor_id = "1",
            .categories = {Category::Knowledge},
            .amr = {},
            .at = exchange.now - age};
  }
  /// What the step leaves when an account is recognized.
  workflow::Facts identify(const store::AccountRecord& account, const workflow::Facts& before) {
    server::authn::Interaction interaction;
    StepWork work(exchange, interaction);
    work.facts = before;
    return value_of(run_blocking(server::authn::identify(work, account, proof("password", {})))).facts;
  }

  http::Request request = server.make_request("POST", "https://as.example/login/h");
  server::Exchange exchange{.context = server.context(),
                            .issuer = server.issuer(),
                            .request = request,
                            .now = server.clock.now(),
                            .endpoint_path = "/login/*"};
};

TEST_F(Sessions, AStepUpGivesTheOlderProofNoLongerLife) {
  const Duration most = server.config().login.session_absolute;
  const auto made = server::authn::make_sign_in(exchange, {{fact::kAccountId, account_id}},
                                                {proof("password", hours{11}), proof("totp", {})}, "two");
  EXPECT_EQ(made.session.expires_at, exchange.now - hours{11} + most);
}

TEST_F(Sessions, NothingThatOneAccountHasProvenIsAnothers) {
  const auto bob = value_of(run_blocking(server.store.accounts.find(server.add_user("bob"))));
  const auto ada = value_of(run_blocking(server.store.accounts.find(account_id)));
  const workflow::Facts before{{fact::kAccountId, account_id},
                               {fact::kProofs, server::authn::to_json(Proofs{proof("totp", {})})},
                               {fact::kConsented, true},
                               {fact::kApproved, json::object{{"details", "x"}}},
                               {fact::kStepsTaken, json::array{"terms"}}};
  auto after = identify(*ada, before);
  EXPECT_EQ(after.at(fact::kProofs).as_array().size(), 2U);
  EXPECT_FALSE(after.contains(fact::kConsented));
  after = identify(*bob, before);
  EXPECT_EQ(after.at(fact::kProofs).as_array().size(), 1U);
  for (const auto said : {fact::kConsented, fact::kApproved, fact::kStepsTaken}) EXPECT_TRUE(after.at(said).is_null());
}

TEST_F(Sessions, TheAuditTrailNamesTheLevelOfTheOtherScheme) {
  auto levels = two_levels();
  levels.levels.front().assurance = "substantial";
  test::TestServer other({levels});
  other.register_client(client);
  other.add_user();
  test::Browser own(other);
  (void)own.log_in(test::TestServer::authorization_url(client, other.push(client)));
  const auto records = other.audit();
  for (const std::string_view event : {"login granted", "authorization granted"}) {
    EXPECT_TRUE(std::ranges::any_of(records, [&](const auto& record) {
      return record.starts_with(event) && record.contains(R"("assurance":"substantial")");
    })) << event;
  }
}

}  // namespace
}  // namespace signet
