// Both faces show the same: each page of each workflow, and each login from its first page to the tokens.
#include <gtest/gtest.h>

#include "oauth/authorization_request.h"
#include "oauth/rar_rfc9396.h"
#include "server/authn/factors/factor_fixture.h"
#include "server/authn/facts.h"
#include "server/authn/qr.h"
#include "server/authn/render_html.h"
#include "server/authn/render_hypermedia.h"
#include "server/authn/workflows.h"
#include "support/app_fixture.h"
#include "support/drawn_page.h"

namespace signet {
namespace {

using server::authn::all_steps;
using test::Browser;
using test::DrawnForm;
using test::DrawnPage;
using test::InApp;
using test::Parameters;
using test::TestClient;
using test::TestServer;
using test::value_of;
using test::with;
namespace fact = server::authn::fact;

/// A moment of a login in which every page has something to show.
workflow::Facts rich_facts() {
  const json::object factor{{"kind", "password"}, {"factor_id", "f1"}, {"name", "Work <phone> & \"more\""}};
  return {{fact::kClientName, "Acme & Sons <Budget>"},
          {fact::kClientHost, "acme.example"},
          {fact::kLoginHint, "ada"},
          {fact::kScope, json::array{"openid", "email", "offline_access", "accounts"}},
          {fact::kClaims, json::array{"email", "phone_number"}},
          {fact::kResource, json::array{"https://api.example/?a=1&b=2"}},
          {fact::kDuration, 3'600'000},
          {fact::kLasting, true},
          {fact::kAccountName, "Ada \"the first\" Lovelace"},
          {fact::kAccountId, "account-ada"},
          {fact::kReauthenticate, true},
          {fact::kUsername, "ada"},
          {fact::kFactors, json::array{factor}},
          {fact::kEnrolments, json::array{"password"}},
          {fact::kHeldUntil, 90'000},
          {fact::kNow, 30'000},
          {fact::kHandle, "h1"},
          {fact::kChallenge, "Y2hhbGxlbmdlLW9mLXRoaXMtcGFnZS1vZi0zMi1iLg"}};
}

/// What the client's platform supplies has no input of a person's in HTML: its name is what both have.
std::multimap<std::string, DrawnForm> without_context(const DrawnPage& page, const DrawnPage& json) {
  auto forms = page.forms;
  for (const auto& [action, form] : json.forms) {
    for (const auto& [name, field] : form.fields) {
      if (field.type != "context") continue;
      for (auto [at, end] = forms.equal_range(action); at != end; ++at) {
        if (at->second.fields.contains(name)) at->second.fields[name] = {.type = "context"};
      }
    }
  }
  return forms;
}

bool is_said(const std::string& html, std::string_view words) {
  return html.contains(join(split_words(words), " "));
}

/// A message may be made of two parts that stand apart on the page: "title: text", "name (host)".
bool is_shown(const std::string& html, std::string_view message) {
  if (is_said(html, message)) return true;
  const auto colon = message.find(": ");
  if (colon != std::string_view::npos) {
    return is_said(html, message.substr(0, colon)) && is_said(html, message.substr(colon + 2));
  }
  const auto bracket = message.rfind(" (");
  return bracket != std::string_view::npos && message.ends_with(')') && is_said(html, message.substr(0, bracket)) &&
         is_said(html, message.substr(bracket + 2, message.size() - bracket - 3));
}

void expect_parity(std::string_view where, const std::string& html, const std::string& document) {
  const DrawnPage page = test::read_html(html);
  const DrawnPage json = test::read_document(document);
  const auto html_forms = without_context(page, json);
  const auto json_forms = without_context(json, json);
  for (const auto& [action, form] : json_forms) {
    const auto [from, to] = html_forms.equal_range(action);
    const bool is_drawn = std::any_of(from, to, [&](const auto& each) { return each.second == form; });
    EXPECT_TRUE(is_drawn) << where << ": the form of " << action << " differs";
  }
  EXPECT_EQ(html_forms.size(), json_forms.size()) << where;
  EXPECT_EQ(page.links, json.links) << where;
  for (const auto& words : json.words) EXPECT_TRUE(is_shown(page.text, words)) << where << ": " << words;
}

/// The hidden fields of a page, its address and its pictures, as the host adds them.
workflow::Representation addressed(workflow::Representation page) {
  workflow::address_actions(page, "/login/h1",
                            {{.name = "version", .type = workflow::FieldType::Hidden, .value = "3"}});
  server::authn::draw_qr_codes(page);
  return page;
}

std::string drawn_for_browsers(const workflow::Representation& page) {
  server::authn::PageFrame frame;
  frame.owner = "Bank";
  return server::authn::render_html(page, frame);
}

void expect_same_drawing(std::string_view where, const workflow::Representation& page) {
  expect_parity(where, drawn_for_browsers(page), server::authn::render_hypermedia(page));
}

TEST(Parity, EachStepIsTheSameInBothFaces) {
  for (const workflow::Step* const step : all_steps()) {
    if (step->is_choice()) continue;
    for (const workflow::Facts& facts : {workflow::Facts{}, rich_facts()}) {
      const workflow::Representation page = addressed(step->show(facts));
      EXPECT_FALSE(page.title.empty()) << step->name;
      expect_same_drawing(step->name, page);
    }
  }
}

/// A page in one of its states, with something that is seen in it and in no other.
struct State {
  std::string_view step;
  workflow::Facts more;
  std::string_view seen;
};

workflow::Facts list_of(json::object lists) {
  return {{fact::kListed, std::move(lists)}};
}

/// The request of a payment, as it is stored with a login.
std::string payment_request() {
  oauth::AuthorizationRequest request;
  request.client_id = "shop";
  request.authorization_details =
      R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"123.45"},)"
      R"("creditorName":"Merchant <A> & Sons","creditorAccount":{"iban":"DE02100100109307118603"}}])";
  return oauth::render_authorization_request(request);
}

json::object question(std::int64_t expires_at) {
  return {{"challenge_id", "c1"}, {"number", "47"}, {"device", "Ada's <phone>"}, {"expires_at", expires_at}};
}

std::vector<State> states_of_devices() {
  const json::object problem{{"problem", "too_many_attempts"}, {"text", "Nobody <approves>."}, {"until", 60'000}};
  const json::object invitation{{"issuer", "https://as.example"}, {"code_hash", "h"}, {"expires_at", 90'000}};
  const json::object answered{
      {"issuer", "https://as.example"}, {"code_hash", "h"}, {"device", "{}"}, {"name", "Pixel <7> & more"}};
  return {{"push", {{"push", question(90'000)}}, "47"},
          {"push", {{"push", question(10'000)}}, "47"},
          {"push", {{"push", problem}}, "Nobody <approves>."},
          {"approve_push", {{"push_payment", question(90'000)}, {fact::kRequest, payment_request()}}, "123.45"},
          {"approve_push", {{"push_payment", problem}, {fact::kRequest, payment_request()}}, "Nobody <approves>."},
          {"enrol_push", {{"push_invitation", invitation}}, "My device has answered"},
          {"enrol_push", {{"push_invitation", answered}}, "Pixel <7> & more"}};
}

std::vector<State> states_of_lists() {
  const json::object password{{"kind", "password"}};
  const json::object totp{{"factor_id", "f1"}, {"kind", "totp"}, {"name", "Work <phone>"}, {"added_at", 1'000}};
  const json::object passkey{
      {"factor_id", "f2"}, {"kind", "passkey"}, {"name", ""}, {"added_at", 1'000}, {"last_used_at", 2'000}};
  json::object removal = totp;
  removal["leaves_way_in"] = true;
  const json::object own{{"session_id", "s1"}, {"name", "Firefox on Linux"}, {"from", "203.0.113.7 (DE)"},
                         {"began_at", 1'000},  {"last_used_at", 2'000},      {"is_own", true}};
  json::object foreign = own;
  foreign["session_id"] = "s2";
  foreign["is_own"] = false;
  const json::object device{
      {"device_id", "d1"}, {"name", "Safari & iPhone"}, {"from", ""}, {"began_at", 1'000}, {"last_used_at", 2'000}};
  const json::object login{{"at", 1'000}, {"from", "Firefox · 203.0.113.7"}};
  const json::object record{{"event", "factor"}, {"outcome", "used"},        {"at", 1'000},
                            {"factor", "totp"},  {"from", "Firefox <beta>"}, {"client", "Acme & Sons"}};
  const json::array details = value_of(oauth::parse_authorization_details(
      R"([{"type":"account_information","actions":["list_accounts"]},{"type":"payment_initiation","instructedAmount":{"currency":"EUR",)"
      R"("amount":"123.45"},"creditorName":"Merchant A","creditorAccount":{"iban":"DE02100100109307118603"}}])"));
  const json::object app{{"client_id", "c1"},
                         {"name", "Acme & Sons <Budget>"},
                         {"host", "acme.example"},
                         {"since", 1'000},
                         {"until", 2'000},
                         {"scopes", json::array{"openid", "accounts"}},
                         {"claims", json::array{"email"}},
                         {"resources", json::array{"https://api.example/?a=1&b=2"}},
                         {"details", details}};
  json::object consent = app;
  consent.erase("until");
  consent["client_id"] = "c2";
  workflow::Facts older = list_of({{"records", json::array{record}}, {"older", json::array{"r1"}}});
  older[fact::kHistoryBefore] = "r9";
  return {{"account", list_of({{"logins", json::array{login}}}), "203.0.113.7"},
          {"account_factors",
           list_of({{"factors", json::array{password, totp, passkey}}, {"enrolments", json::array{"totp"}}}),
           "Work <phone>"},
          {"confirm_removal", list_of({{"factors", json::array{totp}}}), "Work <phone>"},
          {"confirm_removal", list_of({{"factors", json::array{removal}}}), "Work <phone>"},
          {"account_sessions", list_of({{"sessions", json::array{own, foreign}}, {"devices", json::array{device}}}),
           "Safari & iPhone"},
          {"account_apps", list_of({{"apps", json::array{app, consent}}}), "acme.example"},
          {"account_app", list_of({{"apps", json::array{app}}}), "123.45"},
          {"account_history", list_of({{"records", json::array{record}}}), "Firefox <beta>"},
          {"account_history", std::move(older), "Firefox <beta>"}};
}

void expect_same_states(const std::vector<State>& states) {
  for (const State& state : states) {
    workflow::Facts facts = rich_facts();
    workflow::merge(facts, state.more);
    const workflow::Representation page = addressed(server::authn::find_step(state.step)->show(facts));
    expect_same_drawing(state.step, page);
    EXPECT_TRUE(test::read_html(drawn_for_browsers(page)).text.contains(state.seen)) << state.step << state.seen;
  }
}

TEST(Parity, APageThatWaitsForADeviceIsTheSameInEachOfItsStates) {
  expect_same_states(states_of_devices());
}

TEST(Parity, APageThatListsThingsIsTheSameWhenThereAreSome) {
  expect_same_states(states_of_lists());
}

/// Whoever adds an account page adds its lists to the test above.
TEST(Parity, EachPageOfAnAccountIsAmongThoseThatList) {
  for (const workflow::Step* const step : all_steps()) {
    if (step->on_show == nullptr) continue;
    const auto states = states_of_lists();
    EXPECT_NE(std::ranges::find(states, step->name, &State::step), states.end()) << step->name;
  }
}

TEST(Parity, AProblemStandsInBothFaces) {
  for (const workflow::Step* const step : all_steps()) {
    if (step->is_choice()) continue;
    workflow::Representation page = addressed(step->show(rich_facts()));
    page.problem = workflow::Problem{.type = "incorrect_credentials", .text = "That was not <right>."};
    expect_same_drawing(step->name, page);
  }
}

TEST(Parity, ADifferenceIsSeen) {
  const workflow::Representation page = addressed(server::authn::find_step("password")->show(rich_facts()));
  DrawnPage drawn = test::read_html(drawn_for_browsers(page));
  const DrawnPage json = test::read_document(server::authn::render_hypermedia(page));
  EXPECT_EQ(drawn.forms, json.forms);
  drawn.forms.find("login")->second.fields["password"].required = false;
  EXPECT_NE(drawn.forms, json.forms);
}

// ---- whole logins ----

class ParityOfLogins : public test::FactorTest {
 protected:
  ParityOfLogins() { server.register_client(app_client); }

  /// What is answered on a page. The fields are the user's; kCode is the authenticator's code of the moment.
  struct Answer {
    std::string action;
    Parameters fields = {};
  };
  static constexpr std::string_view kCode = "<code>";

  std::string url_with(const Parameters& more) {
    // The consent of the first login would spare the second one its page.
    const Parameters request = with(app_client.authorization_request(), {{"prompt", "login consent"}});
    return TestServer::authorization_url(app_client, server.push(app_client, with(request, more)));
  }
  Parameters resolved(Parameters fields) {
    for (auto& field : fields) {
      if (field.value == kCode) field.value = code_of(key);
    }
    return fields;
  }
  /// What came of a login: the headings of its pages, how it ended, and the claims of its ID token.
  struct Way {
    std::vector<std::string> headings = {};
    std::string error = {};
    json::object claims = {};
    bool operator==(const Way&) const = default;
  };
  Way walk_browser(const std::string& link, const std::vector<Answer>& answers) {
    Browser person(server);
    person.open(link);
    Way way;
    for (const Answer& answer : answers) {
      way.headings.push_back(heading_of(person.page()));
      person.press(answer.action, resolved(answer.fields));
    }
    way.error = person.answer("error");
    if (way.error.empty()) way.claims = claims_of(person.code());
    return way;
  }
  Way walk_app(const std::string& link, const std::vector<Answer>& answers) {
    InApp app(server, app_client);
    app.open(link);
    Way way;
    for (const Answer& answer : answers) {
      way.headings.push_back(heading_of(app.document()));
      app.press(answer.action, resolved(answer.fields));
    }
    way.error = peek_string(app.document(), "error");
    if (way.error.empty()) way.claims = claims_of(app.property("code"));
    return way;
  }
  static std::string heading_of(const std::string& html) {
    const auto start = html.find("<h1>") + 4;
    return html.substr(start, html.find("</h1>", start) - start);
  }
  static std::string heading_of(const json::object& document) {
    for (const auto& message : document.at("messages").as_array()) {
      if (message.at("classList").as_array().front() == "heading") return std::string(message.at("text").as_string());
    }
    return {};
  }
  /// Those that say who logged in and how; not those of the moment.
  json::object claims_of(const std::string& code) {
    const auto tokens = value_of(parse_json_object(server.redeem(app_client, code).body));
    const auto payload = decode_base64url(split(peek_string(tokens, "id_token"), '.').at(1));
    json::object claims = value_of(parse_json_object(std::string(payload->begin(), payload->end())));
    for (const char* const name : {"at_hash", "jti", "sid", "iat", "exp", "auth_time"}) claims.erase(name);
    return claims;
  }
  Way expect_same(const std::vector<Answer>& answers, const Parameters& more = {}) {
    Way in_browser = walk_browser(url_with(more), answers);
    server.clock.advance(minutes{1});
    const Way in_app = walk_app(url_with(more), answers);
    EXPECT_EQ(in_browser.headings, in_app.headings);
    EXPECT_EQ(in_browser.error, in_app.error);
    EXPECT_EQ(in_browser.claims, in_app.claims);
    return in_browser;
  }

  const Answer right{"login", {{"username", "ada"}, {"password", std::string(test::kPassword)}}};
  const Answer wrong{"login", {{"username", "ada"}, {"password", "wrong"}}};
  const Parameters strong{{"claims", R"({"id_token":{"acr":{"essential":true,"values":["two"]}}})"}};
  TestClient app_client = test::hypermedia_client();
  SecretBytes key;
};

TEST_F(ParityOfLogins, APasswordAndAConsent) {
  EXPECT_EQ(expect_same({right, {"allow"}}).claims.at("sub").as_string(), account_id);
}
TEST_F(ParityOfLogins, AMistakeFirst) {
  EXPECT_EQ(expect_same({wrong, wrong, right, {"allow"}}).error, "");
}
TEST_F(ParityOfLogins, TwoFactors) {
  key = enrol_totp(browser);
  const Way way = expect_same({right, {"confirm", {{"code", std::string(kCode)}}}, {"allow"}}, strong);
  EXPECT_EQ(peek_string(way.claims, "acr"), "two");
}
TEST_F(ParityOfLogins, AMistakeWithTheSecondFactor) {
  key = enrol_totp(browser);
  const Answer code{"confirm", {{"code", std::string(kCode)}}};
  EXPECT_EQ(expect_same({right, {"confirm", {{"code", "000000"}}}, code, {"allow"}}, strong).error, "");
}
TEST_F(ParityOfLogins, ALoginThatIsCancelled) {
  EXPECT_EQ(expect_same({wrong, {"cancel"}}).error, "access_denied");
}
TEST_F(ParityOfLogins, AConsentThatIsDenied) {
  EXPECT_EQ(expect_same({right, {"deny"}}).error, "access_denied");
}
TEST_F(ParityOfLogins, AnAccountThatIsDisabledMeanwhile) {
  test::disable_account(server.store, account_id, server.clock.now());
  EXPECT_EQ(expect_same({right, {"cancel"}}).error, "access_denied");
}

}  // namespace
}  // namespace signet
