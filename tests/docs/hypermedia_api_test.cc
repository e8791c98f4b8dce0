// The code of docs/hypermedia-api.md, run against an authorization server in memory.
#include <gtest/gtest.h>

#include "base/run_blocking.h"
#include "client/in_app/in_app_login.h"
#include "support/fake_authorization_server.h"

namespace signet::test {
namespace {

/// The views of the app, which take the first choice and type the same everywhere.
struct Screen {
  static const client::in_app::Choice& show(const client::in_app::Representation&,
                                            const client::in_app::Choices& choices,
                                            const std::optional<client::in_app::Problem>&) {
    return choices.possible.front();
  }
  static SecretText read(const client::in_app::Field&) { return SecretText("secret"); }
  void sleep(Duration interval) { slept += interval; }
  Duration slept{};
};

// [prompter]
class Views final : public client::in_app::Prompter {
 public:
  explicit Views(Screen& screen) : screen_(screen) {}

  Result<client::in_app::Answer> ask(const client::in_app::Representation& page,
                                     const std::optional<client::in_app::Problem>& problem) override {
    const client::in_app::Choices choices = client::in_app::list_choices(page.actions);
    const client::in_app::Choice& chosen = screen_.show(page, choices, problem);  // draws, and waits for the user
    client::in_app::Answer answer{.form = chosen.form, .address = chosen.address};
    for (const auto& field : chosen.form.fields) {
      if (field.is_asked()) answer.values[field.name] = screen_.read(field);
    }
    return answer;
  }

  Result<std::optional<client::in_app::Answer>> wait(const client::in_app::Representation&,
                                                     Duration interval) override {
    screen_.sleep(interval);
    return std::optional<client::in_app::Answer>();  // nothing: ask the server again
  }

 private:
  Screen& screen_;
};
// [end]

// [log-in]
Task<Result<client::Login>> log_in_here(client::Client& app, client::in_app::Prompter& views) {
  client::in_app::InAppLogin login(app, views);
  auto result = co_await login.log_in({.scope = {"openid", "accounts"}});
  co_return result;
}
// [end]

http::Response document(std::string body) {
  http::Response response{.status = 200, .fields = {}, .body = std::move(body)};
  response.fields.add("Content-Type", client::in_app::kMediaType);
  return response;
}

TEST(HypermediaApiPage, ItsLoginEndsWithAUser) {
  FakeClock clock;
  FixedRandom random;
  FakeAuthorizationServer server(clock);
  server.on("/authorize", document(R"({"type":"authentication-step","actions":[{"template":"form","kind":"login",
      "model":{"href":"/login","method":"POST","fields":[{"name":"password","type":"password"}]}}]})"));
  int count = 0;
  server.on("/login", [&](const net::OutgoingRequest& request) -> Result<http::Response> {
    if (++count == 1) {
      EXPECT_EQ(request.body, "password=secret");
      return document(R"({"type":"polling-step","properties":{"status":"pending","interval":1000},
          "actions":[{"template":"form","kind":"poll","model":{"href":"/login","method":"POST"}}]})");
    }
    const http::Form pushed = server.last_form("/par");
    return document(
        R"({"type":"oauth-authorization-response","properties":{"code":"c","iss":"https://as.test","state":")" +
        std::string(*pushed.find("state")) + "\"}}");
  });
  client::ClientConfig config;
  config.issuer = "https://as.test";
  config.credential.client_id = "demo";
  config.credential.signer = new_signer("c1");
  config.redirect_uri = "https://app.test/callback";
  const auto app = client::Client::make(std::move(config), server, clock, random).value();
  Screen screen;
  Views views(screen);
  const auto login = run_blocking(log_in_here(*app, views));
  ASSERT_TRUE(login) << login.error().detail;
  EXPECT_EQ(login->tokens.sub, "alice");
  EXPECT_EQ(screen.slept, seconds{1});
}

}  // namespace
}  // namespace signet::test
