// The one judge of a login: what policies, levels and definitions do to it at runtime.
#include <fstream>
#include <iterator>

#include "crypto/password_hash.h"
#include "server/admin/threat.h"
#include "server/admin/workflows.h"
#include "server/context.h"
#include "support/browser_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::TestClient;
using test::TestServer;
using test::value_of;
using test::with;

class Decisions : public testing::Test {
 protected:
  Decisions() {
    server.register_client(client);
    server.add_user();
  }
  std::string url(const test::Parameters& more = {}) { return server.login_url(client, more); }
  server::admin::Tools tools() {
    return {.store = server.store,
            .http_client = server.context().http_client,
            .clock = server.clock,
            .random = server.random};
  }
  void apply(std::string_view document) {
    (void)value_of(run_blocking(server::admin::apply_document(tools(), actor, server.issuer().config(),
                                                              value_of(parse_json_object(document)))));
  }
  /// As somebody who writes into the database does: nothing is checked.
  void store_workflow(std::string document) {
    sql::Batch batch;
    store::WorkflowDocuments::add_apply(
        batch,
        {.key = {.issuer = "main", .kind = store::DocumentKind::Workflow, .name = "login"},
         .version = 1,
         .document = std::move(document),
         .actor = "somebody",
         .created_at = server.clock.now()},
        0);
    (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  }
  void apply_rule(std::string_view when, std::string_view then) {
    apply(R"({"policy":"login","rules":[{"name":"rule","when":)" + std::string(when) + R"(,"then":)" +
          std::string(then) + "}]}");
  }
  void raise(std::int64_t level) {
    (void)value_of(run_blocking(server::admin::raise_threat_level(tools(), actor, "main", level, "test", {})));
  }

  TestServer server;
  TestClient client;
  server::admin::Actor actor{.name = "operator", .peer = {}};
  Browser browser{server};
};

TEST_F(Decisions, ARaisedThreatLevelCountsAtTheNextLoginAndNoLonger) {
  EXPECT_EQ(browser.log_in(url()).size(), 43U);
  raise(2);
  Browser other(server);
  other.open(url()).sign_in();
  EXPECT_TRUE(other.shows("Before you go on"));
  EXPECT_TRUE(other.press("continue").has_element("allow") || !other.answer("code").empty());
  value_of(run_blocking(server::admin::lower_threat_level(tools(), actor, "main")));
  Browser third(server);
  EXPECT_EQ(third.log_in(url()).size(), 43U);
}

TEST_F(Decisions, ALiveSessionIsAskedToo) {
  EXPECT_EQ(browser.log_in(url()).size(), 43U);
  EXPECT_FALSE(browser.open(url()).code().empty());
  raise(2);
  EXPECT_TRUE(browser.open(url()).shows("Before you go on"));
  EXPECT_EQ(browser.press("continue").code().size(), 43U);
}

// OIDC-3.1.2.1
TEST_F(Decisions, PromptNoneShowsNoPageThatAPolicyWants) {
  EXPECT_EQ(browser.log_in(url()).size(), 43U);
  raise(2);
  browser.open(url({{"prompt", "none"}}));
  EXPECT_EQ(browser.answer("error"), "interaction_required");
}

TEST_F(Decisions, APolicyRefusesAndTheUserIsToldNothingOfTheReason) {
  apply_rule(R"({"fact":"scope","contains":"accounts"})", R"({"deny":"embargo of the day"})");
  browser.open(url());
  EXPECT_EQ(browser.answer("error"), "access_denied");
  EXPECT_FALSE(browser.left_for().contains("embargo"));
  EXPECT_TRUE(server.was_recorded("login denied"));
}

TEST_F(Decisions, AWaitIsOverWhenItIsOverAndNotBefore) {
  apply_rule(R"({"fact":"known_device","is":false})", R"({"hold":30})");
  browser.open(url()).sign_in();
  EXPECT_TRUE(browser.shows("One moment, please"));
  EXPECT_TRUE(browser.press("continue").shows("One moment, please"));
  server.clock.advance(seconds{31});
  EXPECT_TRUE(browser.press("continue").has_element("allow"));
}

TEST_F(Decisions, AHoldEndsBeforeItsLoginDoes) {
  apply_rule(R"({"fact":"client_id","is":"client-1"})", R"({"hold":900})");
  browser.open(url());
  server.clock.advance(minutes{19});
  EXPECT_TRUE(browser.sign_in().shows("One moment, please"));
  server.clock.advance(minutes{15});
  EXPECT_TRUE(browser.press("continue").has_element("allow"));
  server.clock.advance(minutes{5} - seconds{1});
  EXPECT_EQ(browser.press("allow").code().size(), 43U);
}

TEST_F(Decisions, AHeldLoginEndsFiveMinutesAfterItsHold) {
  apply_rule(R"({"fact":"client_id","is":"client-1"})", R"({"hold":900})");
  browser.open(url());
  server.clock.advance(minutes{19});
  browser.sign_in();
  server.clock.advance(minutes{20});
  EXPECT_EQ(browser.press("continue").status(), 404);
}

TEST_F(Decisions, ALoginIsNotMadeLongerByOneHoldAfterAnother) {
  server.add_user("bob");
  apply_rule(R"({"fact":"client_id","is":"client-1"})", R"({"hold":900})");
  browser.open(url());
  server.clock.advance(minutes{19});
  browser.sign_in();
  server.clock.advance(minutes{15});
  browser.press("continue").press("other_account").sign_in("bob");
  EXPECT_EQ(browser.answer("error"), "access_denied");
  EXPECT_TRUE(server.was_recorded("login denied"));
}

TEST_F(Decisions, WhoIsHeldAtTheAccountPagesIsNotIdle) {
  browser.open("https://as.example/account").sign_in();
  apply_rule(R"({"fact":"purpose","is":"account"})", R"({"hold":600})");
  EXPECT_TRUE(browser.open("https://as.example/account").shows("One moment, please"));
  server.clock.advance(minutes{10});
  EXPECT_TRUE(browser.press("continue").has_element("sign_out")) << browser.page();
  server.clock.advance(minutes{5});
  EXPECT_TRUE(browser.press("factors").has_element("login"));
}

TEST_F(Decisions, FailuresCountByTheirRateWhileTheirNumberIsStillRemembered) {
  browser.open(url());
  for (int i = 0; i < 3; ++i) browser.sign_in("ada", "not her password");
  apply_rule(R"({"fact":"failure_rate_account","at_least":3})", R"({"hold":30})");
  EXPECT_TRUE(browser.sign_in().shows("One moment, please"));
  server.clock.advance(minutes{21});
  Browser later(server);
  EXPECT_TRUE(later.open(url()).sign_in().has_element("allow"));
  apply_rule(R"({"fact":"failures_account","at_least":3})", R"({"hold":30})");
  Browser counted(server);
  EXPECT_TRUE(counted.open(url()).sign_in().shows("One moment, please"));
}

TEST_F(Decisions, AnUnknownFactMakesARuleApply) {
  apply_rule(R"({"fact":"country","is":"DE"})", R"({"deny":"country"})");
  EXPECT_EQ(browser.open(url()).answer("error"), "access_denied");
  apply(R"({"policy":"login","rules":[{"name":"rule","when":{"fact":"country","is":"DE"},"when_unknown":"skip",)"
        R"("then":{"deny":"country"}}]})");
  EXPECT_TRUE(browser.open(url()).has_element("login"));
}

TEST_F(Decisions, ConsentCanBeAskedForAgain) {
  EXPECT_EQ(browser.log_in(url()).size(), 43U);
  EXPECT_FALSE(browser.open(url()).code().empty());
  apply_rule(R"({"fact":"client_id","is":"client-1"})", R"({"consent":true})");
  EXPECT_TRUE(browser.open(url()).has_element("allow"));
}

TEST_F(Decisions, AMaximalAgeAsksForTheLoginAgain) {
  EXPECT_EQ(browser.log_in(url()).size(), 43U);
  apply_rule(R"({"fact":"client_id","is":"client-1"})", R"({"max_age":60})");
  EXPECT_FALSE(browser.open(url()).code().empty());
  server.clock.advance(seconds{61});
  EXPECT_TRUE(browser.open(url()).has_element("login"));
}

TEST_F(Decisions, WhatWasDecidedIsKeptForSimulations) {
  EXPECT_EQ(browser.log_in(url()).size(), 43U);
  const auto kept = value_of(run_blocking(server.store.decision_contexts.list_newest("main", "", 10)));
  ASSERT_FALSE(kept.empty());
  EXPECT_TRUE(kept.front().context.contains(R"("client_id":"client-1")"));
  EXPECT_EQ(kept.front().account_id, "account-ada");
  EXPECT_FALSE(kept.front().context.contains(test::kPassword));
}

/// The built-in document with one edge led elsewhere.
std::string login_with(std::string_view from, std::string_view on, std::string_view to) {
  auto document = value_of(parse_json_object([] {
    std::ifstream in(std::string(SIGNET_SOURCE_DIR) + "/src/server/authn/workflows/login.json");
    return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  }()));
  for (auto& edge : document["edges"].as_array()) {
    auto& object = edge.as_object();
    if (peek_string(object, "from") == from && peek_string(object, "on") == on) object["to"] = to;
  }
  return render_json(document);
}

TEST_F(Decisions, AStoredWorkflowLeadsTheNextLoginAndNotOneUnderWay) {
  browser.open(url());
  apply(login_with("decide", "done", "notice"));
  EXPECT_TRUE(browser.sign_in().has_element("allow")) << "it goes on as it began";
  EXPECT_EQ(browser.press("allow").code().size(), 43U);
  Browser other(server);
  other.open(url()).sign_in();
  EXPECT_TRUE(other.shows("Before you go on"));
}

TEST_F(Decisions, AWorkflowThatLeadsAroundTheDecisionGivesNoCode) {
  store_workflow(login_with("password", "accepted", "done"));
  browser.open(url()).sign_in();
  EXPECT_EQ(browser.status(), 500);
  EXPECT_TRUE(browser.shows("Something went wrong on our side"));
  EXPECT_TRUE(browser.answer("code").empty());
  EXPECT_FALSE(browser.cookies.contains("__Host-signet-session"));
}

TEST_F(Decisions, AWorkflowThatLeadsAroundTheConsentGivesNoCode) {
  // The page must still be reachable, so a wait leads to it and not to the page of the wait.
  json::object document = value_of(parse_json_object(login_with("decide", "consent", "done")));
  json::array edges;
  for (json::value edge : document["edges"].as_array()) {
    auto& object = edge.as_object();
    if (peek_string(object, "from") == "held") continue;
    if (peek_string(object, "to") == "held") object["to"] = "consent";
    edges.push_back(edge);
  }
  document["edges"] = std::move(edges);
  store_workflow(render_json(document));
  browser.open(url()).sign_in();
  EXPECT_EQ(browser.status(), 500);
  EXPECT_TRUE(browser.answer("code").empty());
}

TEST_F(Decisions, APasswordThatWasReplacedMeanwhileEndsNoLogin) {
  browser.open(url()).sign_in();
  ASSERT_TRUE(browser.has_element("allow"));
  raise(2);
  const auto other_hash =
      value_of(crypto::hash_password(SecretText(std::string("a quite different sentence")), {1, 8192}));
  value_of(run_blocking(server.store.accounts.set_password("account-ada", other_hash, server.clock.now())));
  Browser second(server);
  second.open(url()).sign_in();
  EXPECT_TRUE(second.shows("not right"));
  Browser held(server);
  held.open(url()).sign_in("ada", "a quite different sentence");
  ASSERT_TRUE(held.shows("Before you go on"));
  value_of(run_blocking(server.store.accounts.set_password(
      "account-ada", value_of(crypto::hash_password(SecretText(std::string("a third one")), {1, 8192})),
      server.clock.now())));
  EXPECT_TRUE(held.press("continue").has_element("login")) << "it must be typed anew";
}

}  // namespace
}  // namespace signet
