// The device of the client library in front of the real server.
#include "client/device.h"

#include "server/authn/factors/push_fixture.h"

namespace signet::test {
namespace {

class MemoryTransport final : public remote::Transport {
 public:
  explicit MemoryTransport(TestServer& server) : server_(server) {}
  [[nodiscard]] Task<Result<http::Response>> send(net::OutgoingRequest outgoing) override {
    http::Request request = server_.make_request(outgoing.method, outgoing.url, outgoing.fields);
    request.body = outgoing.body;
    co_return answer ? *answer : server_.send(std::move(request));
  }
  std::optional<http::Response> answer;  ///< instead of the server's

 private:
  TestServer& server_;
};

class Device : public PushTest {
 protected:
  static client::DeviceFile new_file() {
    return {"https://as.example", "Terminal",
            value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256))};
  }
  void enrol_terminal() {
    begin_enrolment(browser);
    const auto registered = value_of(run_blocking(device.answer_code(code_on(browser))));
    EXPECT_EQ(registered.account, "Ada Lovelace");
    EXPECT_EQ(registered.issuer_name, "First Example Bank");
    browser.press("poll").press("confirm");
    ASSERT_TRUE(browser.has_element("allow")) << browser.page();
    server.clock.advance(minutes{1});
  }
  client::DeviceChallenge only_pending() {
    auto pending = value_of(run_blocking(device.list_pending()));
    EXPECT_EQ(pending.size(), 1U);
    server.clock.advance(seconds{2});
    return pending.front();
  }
  Result<void> answer(client::DeviceDecision decision, std::string number) {
    return run_blocking(device.answer(only_pending(), decision, std::move(number), false));
  }

  MemoryTransport transport{server};
  client::Device device{new_file(), "", transport, server.clock, server.random};
  Browser later{server};
};

TEST_F(Device, ItApprovesWithTheNumberOfThePage) {
  enrol_terminal();
  ask(later);
  EXPECT_TRUE(answer(client::DeviceDecision::Approve, number_on(later)));
  EXPECT_TRUE(later.press("poll").has_element("allow")) << later.page();
}

TEST_F(Device, AWrongNumberIsToldByTheServersWords) {
  enrol_terminal();
  ask(later);
  const auto refused = answer(client::DeviceDecision::Approve, other_than(number_on(later)));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().detail.contains("The number of the JWT")) << refused.error().detail;
}

TEST_F(Device, ItDeniesWithoutANumber) {
  enrol_terminal();
  ask(later);
  EXPECT_TRUE(answer(client::DeviceDecision::Deny, ""));
  EXPECT_TRUE(later.press("poll").shows("That was not confirmed.")) << later.page();
}

TEST_F(Device, WhatIsApprovedIsShownFirst) {
  enrol_terminal();
  ask(later);
  const std::string shown = client::describe(only_pending());
  for (const char* part : {"sign in", "First Example Bank", "https://as.example", "203.0.113.7"}) {
    EXPECT_TRUE(shown.contains(part)) << shown;
  }
}

TEST_F(Device, ATerminalIsNotMovedByWhatItShows) {
  const client::DeviceChallenge challenge{.challenge_id = "id",
                                          .purpose = "login",
                                          .shown = "{}",
                                          .contents = {{"client", "\x1b[2Jinnocent"}},
                                          .expires_at = {}};
  EXPECT_FALSE(client::describe(challenge).contains('\x1b'));
}

TEST_F(Device, NeitherATitleNorAValueTurnsTheWritingRound) {
  const client::DeviceChallenge challenge{
      .challenge_id = "id",
      .purpose = "payment",
      .shown = "{}",
      .contents = value_of(parse_json_object("{\"approval\":{\"texts\":[[\"\u202eTo\",\"\u009b2J\u202e1.00\"]]}}")),
      .expires_at = {}};
  const std::string shown = client::describe(challenge);
  for (const char* hidden : {"\u202e", "\u009b"}) EXPECT_FALSE(shown.contains(hidden)) << shown;
}

TEST_F(Device, EveryValueOfAPaymentStandsApartFromItsTitle) {
  const client::DeviceChallenge challenge{
      .challenge_id = "id",
      .purpose = "payment",
      .shown = "{}",
      .contents = value_of(parse_json_object(
          R"({"approval":{"texts":[["Amount","12.00 EUR"],["Account of the recipient","DE02100100109307118603"],)"
          R"(["Zahlungsempf\u00e4nger","Merchant A"]]},"client":"Shop"})")),
      .expires_at = {}};
  EXPECT_EQ(client::describe(challenge),
            "challenge                 id\n"
            "asks                      approve a payment\n"
            "Amount                    12.00 EUR\n"
            "Account of the recipient  DE02100100109307118603\n"
            "Zahlungsempf\u00e4nger         Merchant A\n"
            "for                       Shop\n");
}

TEST_F(Device, AChallengeWhoseHashIsAnothersIsNotShown) {
  transport.answer = http::make_json_response(
      200, R"({"challenges":[{"challenge_id":"a","purpose":"login","shown":"{}","shown_hash":"AA","expires_at":1}]})");
  EXPECT_FALSE(run_blocking(device.list_pending()));
}

TEST_F(Device, WhoAsksTooOftenIsToldSo) {
  enrol_terminal();
  EXPECT_TRUE(run_blocking(device.list_pending()));
  const auto refused = run_blocking(device.list_pending());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Throttled);
}

TEST_F(Device, ItsFileIsReadAsItWasWritten) {
  const auto file = new_file();
  const auto read = value_of(client::parse_device_file(client::render_device_file(file)));
  EXPECT_EQ(read.issuer, file.issuer);
  EXPECT_EQ(read.name, file.name);
  EXPECT_EQ(read.key.public_key(), file.key.public_key());
  EXPECT_FALSE(client::parse_device_file(SecretText("{}")));
  EXPECT_FALSE(client::parse_device_file(SecretText(R"({"issuer":"https://as.example","key":"no key"})")));
}

TEST_F(Device, TheAddressOfAPageIsIssuerAndCode) {
  const auto read = value_of(client::parse_registration_url("https://as.example/tenant/devices/register#code"));
  EXPECT_EQ(read.issuer, "https://as.example/tenant");
  EXPECT_EQ(read.code, "code");
  for (const char* wrong :
       {"", "https://as.example", "https://as.example/devices/register#", "/devices/register#code"}) {
    EXPECT_FALSE(client::parse_registration_url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace signet::test
