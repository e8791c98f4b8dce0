// The feed for gateways: every way in which a token can die early is told, to those who may know, once and in time.
#include <future>
#include <set>
#include <thread>

#include "server/admin/accounts.h"
#include "server/admin/clients.h"
#include "server/back_channel.h"
#include "server/context.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::expect_refused;
using test::TestClient;

class RevocationFeed : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
  http::Response ask(const TestClient& who, const std::string& cursor = "", const std::string& issuer = kFeedIssuer) {
    return post_as(who, issuer + "/revocations", {{"cursor", cursor}});
  }
  /// The members of all rows as "name=value", without their times.
  std::vector<std::string> told(const std::string& cursor = "") {
    const auto answer = ask(api, cursor);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto body = test::value_of(parse_json_object(answer.body, {.bytes = 512 * 1024, .depth = 8}));
    EXPECT_FALSE(body.at("reset").as_bool());
    std::vector<std::string> rows;
    for (const auto& row : body.at("revocations").as_array()) {
      for (const auto& [name, value] : row.as_object()) {
        if (value.is_string()) rows.push_back(std::string(name) + "=" + std::string(value.as_string()));
      }
    }
    return rows;
  }
  Duration retention() { return seconds{test::body_of(ask(api)).at("retention").as_int64()}; }
  json::object page(std::string_view cursor) {
    return test::value_of(parse_json_object(ask(api, std::string(cursor)).body, {.bytes = 512 * 1024, .depth = 8}));
  }
  static bool has_more(const json::object& page) { return page.at("more_available").as_bool(); }
  std::vector<std::string> read_to_the_end(std::string cursor) {
    std::vector<std::string> clients;
    for (bool more = true; more;) {
      const auto body = page(cursor);
      EXPECT_FALSE(body.at("reset").as_bool());
      for (const auto& row : body.at("revocations").as_array()) clients.emplace_back(row.at("client_id").as_string());
      cursor = peek_string(body, "cursor");
      more = has_more(body);
    }
    return clients;
  }
  void revoke_clients(int from, int to) {
    sql::Batch batch;
    for (int i = from; i < to; ++i) {
      store::Revocations::add_client(batch, std::to_string(i), "main", server.clock.now());
    }
    (void)test::value_of(run_blocking(server.store.database.write(std::move(batch))));
  }
  std::vector<http::Form::Entry> waiting_form(const std::string& cursor, const std::string& wait) {
    auto form = credentials_of(api);
    form.push_back({"cursor", cursor});
    form.push_back({"wait", wait});
    return form;
  }
  std::string cursor() { return test::text_of(ask(api), "cursor"); }
  bool resets(const std::string& cursor) { return test::body_of(ask(api, cursor)).at("reset").as_bool(); }
  std::string grant_of(const std::string& access_token) {
    const auto jti = test::text_of(introspect_as(api, access_token), "jti");
    return "grant_id=" + jti.substr(0, jti.find('.'));
  }
  static std::string hash_of(const std::string& token) { return "token_hash=" + oauth::TokenHash::of(token).to_text(); }
  static std::string at(Instant when) { return std::to_string(to_unix_millis(when)); }
  server::admin::Tools tools() {
    return {.store = server.store,
            .http_client = server.context().http_client,
            .clock = server.clock,
            .random = server.random};
  }

  inline static const std::string kFeedIssuer = std::string(test::kIssuer);
  const server::admin::Actor operator_{.name = "operator", .peer = {}};
  const TestClient with_jwt = add_client("with-jwt", {{"access_token_format", "jwt"}});
};

TEST_F(RevocationFeed, IsClosedToEverybodyButResourceServers) {
  expect_refused(ask(client), 400, "unauthorized_client");
  expect_refused(server.post(kFeedIssuer + "/revocations", {{"client_id", "api"}}), 401, "invalid_client");
  EXPECT_EQ(server.get(kFeedIssuer + "/revocations").status, 405);
}

TEST_F(RevocationFeed, AnAssertionAnswersOneQuestion) {
  const auto form = credentials_of(api);
  EXPECT_EQ(server.post(kFeedIssuer + "/revocations", form).status, 200);
  expect_refused(server.post(kFeedIssuer + "/revocations", form), 401, "invalid_client");
}

TEST_F(RevocationFeed, SaysWhatTimeItIsAndWhereToGoOn) {
  const auto body = test::body_of(ask(api));
  EXPECT_EQ(body.at("now").as_int64(), to_unix_millis(server.clock.now()));
  EXPECT_EQ(peek_string(body, "cursor"), at(server.clock.now()));
  EXPECT_TRUE(body.at("revocations").as_array().empty());
}

TEST_F(RevocationFeed, TellsOfARevokedAccessToken) {
  for (const TestClient* const who : std::initializer_list<const TestClient*>{&client, &with_jwt}) {
    const auto token = tokens_for(*who).access_token;
    const auto start = cursor();
    EXPECT_EQ(revoke_as(*who, token).status, 200);
    EXPECT_THAT(told(start), testing::Contains(hash_of(token)));
  }
}

TEST_F(RevocationFeed, TellsOfTheGrantOfARevokedRefreshToken) {
  for (const TestClient* const who : std::initializer_list<const TestClient*>{&client, &with_jwt}) {
    const auto loot = tokens_for(*who, "openid accounts offline_access");
    const auto grant = grant_of(loot.access_token);
    EXPECT_EQ(revoke_as(*who, loot.refresh_token).status, 200);
    EXPECT_THAT(told(), testing::Contains(grant));
  }
}

TEST_F(RevocationFeed, TellsOfTheGrantWhoseCodeWasUsedTwice) {
  const auto code = code_for(client);
  const auto token = test::text_of(redeem_as(client, code), "access_token");
  const auto grant = grant_of(token);
  EXPECT_TRUE(told().empty());
  expect_refused(redeem_as(client, code), 400, "invalid_grant");
  EXPECT_EQ(told(), std::vector{grant});
}

TEST_F(RevocationFeed, TellsOfTheGrantsOfADisabledAccount) {
  const auto grant = grant_of(tokens_for(client).access_token);
  ASSERT_TRUE(run_blocking(server::admin::update_account(tools(), operator_, "main", std::string(test::kUsername),
                                                         {{"disabled", true}}, {})));
  EXPECT_EQ(told(), std::vector{grant});
}

TEST_F(RevocationFeed, TellsOfTheGrantsOfARemovedAccount) {
  const auto grant = grant_of(tokens_for(client).access_token);
  ASSERT_TRUE(run_blocking(server::admin::remove_account(tools(), operator_, "main", std::string(test::kUsername))));
  EXPECT_EQ(told(), std::vector{grant});
}

TEST_F(RevocationFeed, TellsOfARemovedClientWhoseTokensAreAllDead) {
  const auto robot = add_client("robot", {{"access_token_format", "jwt"},
                                          {"redirect_uris", nullptr},
                                          {"response_types", nullptr},
                                          {"grant_types", json::array{"client_credentials"}}});
  const auto token =
      test::text_of(token_as(robot, {{"grant_type", "client_credentials"}, {"scope", "accounts"}}), "access_token");
  EXPECT_TRUE(is_active(token));
  ASSERT_TRUE(
      run_blocking(server::admin::remove_client(tools(), operator_, server.issuer().config(), robot.client_id)));
  EXPECT_EQ(told(), std::vector<std::string>{"client_id=robot"});
  EXPECT_FALSE(is_active(token));
  server.clock.advance(seconds{2});
  server.register_client(robot);
  EXPECT_FALSE(is_active(token));
}

// What an update changes holds for new tokens: those that are out go on, so nothing is told.
TEST_F(RevocationFeed, IsSilentAboutAClientThatWasOnlyChanged) {
  const auto token = tokens_for(client).access_token;
  auto metadata = client.metadata;
  metadata["client_name"] = "New name";
  ASSERT_TRUE(run_blocking(
      server::admin::update_client(tools(), operator_, server.issuer().config(), client.client_id, metadata)));
  EXPECT_TRUE(told().empty());
  EXPECT_TRUE(is_active(token));
}

TEST_F(RevocationFeed, IsSilentAboutTokensThatEndByThemselvesOrAreRefreshed) {
  const auto loot = tokens_for(client, "openid accounts offline_access");
  EXPECT_EQ(refresh_as(client, loot.refresh_token).status, 200);
  server.clock.advance(minutes{9});
  EXPECT_TRUE(told().empty());
}

TEST_F(RevocationFeed, TellsAgainForAFewSecondsSoThatALateCommitIsNotMissed) {
  const auto token = tokens_for(client).access_token;
  EXPECT_EQ(revoke_as(client, token).status, 200);
  server.clock.advance(seconds{5});
  const auto next = cursor();
  EXPECT_EQ(told(next), std::vector{hash_of(token)});
  server.clock.advance(milliseconds{1});
  EXPECT_TRUE(told(cursor()).empty());
}

TEST_F(RevocationFeed, WithoutACursorTellsAllThatIsRemembered) {
  const auto token = tokens_for(client).access_token;
  EXPECT_EQ(revoke_as(client, token).status, 200);
  server.clock.advance(retention() - seconds{1});
  EXPECT_EQ(told(), std::vector{hash_of(token)});
  server.clock.advance(seconds{2});
  EXPECT_TRUE(told().empty());
}

TEST_F(RevocationFeed, SaysThatARevocationIsToldForLongerThanTheTokenLives) {
  const auto token = tokens_for(with_jwt).access_token;
  const auto lifetime = server.issuer().config().access_token_lifetime;
  EXPECT_EQ(retention(), lifetime + minutes{10});
  EXPECT_EQ(revoke_as(with_jwt, token).status, 200);
  server.clock.advance(lifetime + seconds{30});
  EXPECT_EQ(told(), std::vector{hash_of(token)});
}

TEST_F(RevocationFeed, ResetsACursorOfATimeItDoesNotRemember) {
  const auto start = server.clock.now();
  server.clock.advance(hours{1});
  EXPECT_FALSE(resets(at(server.clock.now() - retention() + seconds{5})));
  EXPECT_TRUE(resets(at(server.clock.now() - retention() + seconds{4})));
  EXPECT_TRUE(resets(at(start)));
  EXPECT_TRUE(resets("0"));
  EXPECT_FALSE(resets(at(server.clock.now() + seconds{5})));  // a node whose clock is ahead gave it
  EXPECT_TRUE(resets(at(server.clock.now() + seconds{6})));
}

TEST_F(RevocationFeed, TellsEverythingAfterAResetToo) {
  const auto token = tokens_for(client).access_token;
  EXPECT_EQ(revoke_as(client, token).status, 200);
  const auto body = test::body_of(ask(api, "0"));
  EXPECT_TRUE(body.at("reset").as_bool());
  EXPECT_EQ(body.at("revocations").as_array().size(), 1U);
}

TEST_F(RevocationFeed, GoesOnInTheNextAnswerWhereOneDoesNotHoldEverything) {
  revoke_clients(0, 1000);
  EXPECT_FALSE(has_more(page("")));
  revoke_clients(1000, 1001);
  server.clock.advance(milliseconds{1});
  revoke_clients(1001, 3500);  // most of them at one time
  const auto all = read_to_the_end("");
  EXPECT_EQ(all.size(), 3500U);
  EXPECT_EQ((std::set<std::string>(all.begin(), all.end()).size()), 3500U);
}

TEST_F(RevocationFeed, AfterTheLastAnswerGoesOnAtTheTimeOfTheFirst) {
  revoke_clients(1, 1002);
  const auto first = page("");
  revoke_clients(0, 1);  // its commit came late: it stands before what was told
  server.clock.advance(minutes{1});
  const auto last = page(peek_string(first, "cursor"));
  EXPECT_FALSE(has_more(last));
  EXPECT_EQ(peek_string(last, "cursor"), at(server.clock.now() - minutes{1}));
  EXPECT_THAT(read_to_the_end(std::string(peek_string(last, "cursor"))), testing::Contains("0"));
}

TEST_F(RevocationFeed, WhatIsToldInPagesIsNotForgottenMeanwhile) {
  revoke_clients(0, 1001);
  server.clock.advance(retention());
  const auto first = page("");
  ASSERT_TRUE(has_more(first));
  server.clock.advance(minutes{1});
  (void)test::value_of(run_blocking(server.store.expiry.remove_expired(server.clock.now(), 10'000)));
  const auto last = page(peek_string(first, "cursor"));
  EXPECT_FALSE(last.at("reset").as_bool());
  EXPECT_EQ(last.at("revocations").as_array().size(), 1U);
}

// A question that can wait ------------------------------------------------------------------------------------------

TEST_F(RevocationFeed, HoldsAQuestionUntilSomethingIsRevoked) {
  const auto token = tokens_for(client).access_token;
  server.clock.advance(minutes{1});
  const auto start = cursor();
  const auto form = waiting_form(start, "1000");
  auto held = std::async(std::launch::async, [&] { return server.post(kFeedIssuer + "/revocations", form); });
  std::this_thread::sleep_for(milliseconds{50});
  revoke_clients(7, 8);
  const auto body = test::body_of(held.get());
  ASSERT_EQ(body.at("revocations").as_array().size(), 1U);
  EXPECT_EQ(peek_string(body.at("revocations").as_array().front().as_object(), "client_id"), "7");
  EXPECT_LT(body.at("held").as_int64(), 1000);
}

TEST_F(RevocationFeed, AnswersAHeldQuestionWhenItsTimeIsOver) {
  revoke_clients(1, 2);
  server.clock.advance(milliseconds{100});
  const auto start = cursor();
  const auto body = test::body_of(server.post(kFeedIssuer + "/revocations", waiting_form(start, "40")));
  EXPECT_EQ(body.at("held").as_int64(), 40);
  EXPECT_EQ(body.at("revocations").as_array().size(), 1U);  // as without waiting: what was told is told again
}

TEST_F(RevocationFeed, HoldsNoQuestionWhoseAnswerIsThere) {
  const auto held = [this](const std::string& cursor) {
    return test::body_of(server.post(kFeedIssuer + "/revocations", waiting_form(cursor, "1000"))).at("held").as_int64();
  };
  EXPECT_EQ(held(""), 0);   // a gateway that knows nothing
  EXPECT_EQ(held("0"), 0);  // a reset
  revoke_clients(0, 1);
  EXPECT_EQ(held(cursor()), 0);  // its commit may have come after the answer that gave the cursor
  server.clock.advance(minutes{1});
  revoke_clients(1, 1102);
  const auto first = page("");
  ASSERT_TRUE(has_more(first));
  server.clock.advance(minutes{1});
  EXPECT_EQ(held(std::string(peek_string(first, "cursor"))), 0);  // the rest
}

TEST_F(RevocationFeed, SaysNothingOfHoldingToWhoDoesNotWait) {
  EXPECT_FALSE(test::body_of(ask(api)).contains("held"));
}

TEST_F(RevocationFeed, RefusesAWaitThatIsNoShortTimeByName) {
  for (const std::string wrong : {"x", "-1", "1001", "1e3", " 1", "99999999999999999999", "0.5"}) {
    const auto answer = server.post(kFeedIssuer + "/revocations", waiting_form(cursor(), wrong));
    expect_refused(answer, 400, "invalid_request");
    EXPECT_THAT(answer.body, testing::HasSubstr("wait")) << wrong;
  }
}

TEST_F(RevocationFeed, RefusesWhatIsNoCursorByName) {
  for (const std::string wrong : {"x", "-1", "1e3", " 1", "1,2", "99999999999999999", "0x10", "\xc3\xbc", "1.", "1.2",
                                  "1.2.3.4", ".1.2", "1..2", "1.2.-3", "1.2.99999999999999999"}) {
    const auto answer = ask(api, wrong);
    expect_refused(answer, 400, "invalid_request");
    EXPECT_THAT(answer.body, testing::HasSubstr("cursor")) << wrong;
    EXPECT_FALSE(answer.body.contains(wrong)) << wrong;
  }
  expect_refused(ask(api, std::string(10'000, '1')), 400, "invalid_request");
  auto twice = credentials_of(api);
  twice.push_back({"cursor", "1"});
  twice.push_back({"cursor", "2"});
  expect_refused(server.post(kFeedIssuer + "/revocations", twice), 400, "invalid_request");
}

class RevocationFeedOfPublicClients : public RevocationFeed {
 protected:
  RevocationFeedOfPublicClients() : RevocationFeed({test::issuer_config("main", "https://as.example", "openid")}) {}
};

// RFC9700-4.14.2
TEST_F(RevocationFeedOfPublicClients, TellsOfTheGrantWhoseRotatedRefreshTokenCameBack) {
  const auto app = add_client("app", {{"token_endpoint_auth_method", "none"}, {"jwks", nullptr}});
  const auto loot = tokens_for(app, "openid accounts offline_access");
  const auto grant = grant_of(loot.access_token);
  EXPECT_EQ(refresh_as(app, loot.refresh_token).status, 200);
  EXPECT_TRUE(told().empty());
  server.clock.advance(minutes{2});
  expect_refused(refresh_as(app, loot.refresh_token), 400, "invalid_grant");
  EXPECT_EQ(told(), std::vector{grant});
}

class RevocationFeedElsewhere : public RevocationFeed {
 protected:
  RevocationFeedElsewhere()
      : RevocationFeed({test::issuer_config(), test::issuer_config("other", "https://as.example/other")}) {
    register_api(api, {std::string(test::kIssuer)}, "other");
  }
};

TEST_F(RevocationFeedElsewhere, TellsNothingOfAnotherIssuer) {
  EXPECT_EQ(revoke_as(client, tokens_for(client).access_token).status, 200);
  EXPECT_EQ(told().size(), 1U);
  const auto answer = ask(api, "", "https://as.example/other");
  EXPECT_TRUE(test::body_of(answer).at("revocations").as_array().empty());
}

class RevocationFeedOfLongTokens : public RevocationFeed {
 protected:
  RevocationFeedOfLongTokens() : RevocationFeed({config_of(hours{24})}) {}
  static server::IssuerConfig config_of(Duration lifetime) {
    auto config = test::issuer_config();
    config.access_token_lifetime = lifetime;
    return config;
  }
};

TEST_F(RevocationFeedOfLongTokens, TellsOfThemForADay) {
  const auto token = tokens_for(with_jwt).access_token;
  const auto start = cursor();
  EXPECT_EQ(revoke_as(with_jwt, token).status, 200);
  server.clock.advance(hours{24});
  (void)test::value_of(run_blocking(server.store.expiry.remove_expired(server.clock.now(), 10'000)));
  EXPECT_EQ(retention(), hours{24} + minutes{10});
  EXPECT_EQ(told(), std::vector{hash_of(token)});
  EXPECT_EQ(told(start), std::vector{hash_of(token)});
}

}  // namespace
}  // namespace signet
