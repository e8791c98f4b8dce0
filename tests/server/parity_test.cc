// Both faces show the same: each page of each workflow, and each login from its first page to the tokens.
#include <gtest/gtest.h>

#include "server/authn/facts.h"
#include "server/authn/render_html.h"
#include "server/authn/render_hypermedia.h"
#include "server/authn/workflows.h"
#include "support/app_fixture.h"
#include "support/browser_fixture.h"
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

/// A message may be made of a title and a text that stand apart on the page.
bool is_shown(const std::string& html, std::string_view message) {
  if (is_said(html, message)) return true;
  const auto colon = message.find(": ");
  return colon != std::string_view::npos && is_said(html, message.substr(0, colon)) &&
         is_said(html, message.substr(colon + 2));
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

/// The hidden fields of a page and its address, as the host adds them.
workflow::Representation addressed(workflow::Representation page) {
  workflow::address_actions(page, "/login/h1",
                            {{.name = "version", .type = workflow::FieldType::Hidden, .value = "3"}});
  return page;
}

void expect_same_drawing(std::string_view where, const workflow::Representation& page) {
  const std::string html = server::authn::render_html(page, {.owner = "Bank", .notice = "", .stylesheet = "/s.css"});
  expect_parity(where, html, server::authn::render_hypermedia(page));
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
  DrawnPage drawn =
      test::read_html(server::authn::render_html(page, {.owner = "Bank", .notice = "", .stylesheet = ""}));
  const DrawnPage json = test::read_document(server::authn::render_hypermedia(page));
  EXPECT_EQ(drawn.forms, json.forms);
  drawn.forms.find("login")->second.fields["password"].required = false;
  EXPECT_NE(drawn.forms, json.forms);
}

// ---- whole logins ----

class ParityOfLogins : public testing::Test {
 protected:
  ParityOfLogins() : server({test::hypermedia_issuer()}) {
    server.register_client(client);
    server.add_user();
  }
  std::string url(const Parameters& more = {}) {
    return TestServer::authorization_url(client, server.push(client, with(client.authorization_request(), more)));
  }

  /// One page on the way: what was answered on it. The fields are the user's.
  struct Answer {
    std::string action;
    Parameters fields = {};
  };
  /// The titles of the pages on the way; a browser shows no names of views.
  std::vector<std::string> walk_browser(const std::string& link, const std::vector<Answer>& answers) {
    Browser browser(server);
    browser.open(link);
    std::vector<std::string> seen;
    for (const Answer& answer : answers) {
      seen.push_back(heading_of(browser.page()));
      browser.press(answer.action, answer.fields);
    }
    code = browser.left_for().empty() ? "" : browser.answer("code");
    error = browser.left_for().empty() ? "" : browser.answer("error");
    return seen;
  }
  std::vector<std::string> walk_app(const std::string& link, const std::vector<Answer>& answers) {
    InApp app(server, client);
    app.open(link);
    std::vector<std::string> seen;
    for (const Answer& answer : answers) {
      seen.push_back(heading_of(app.document()));
      app.press(answer.action, answer.fields);
    }
    code = app.type() == "oauth-authorization-response" ? app.property("code") : "";
    error = peek_string(app.document(), "error");
    return seen;
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
  /// The ID token's claims without those of the moment.
  json::object claims() {
    const auto tokens = value_of(parse_json_object(server.redeem(client, code).body));
    const std::string id_token(peek_string(tokens, "id_token"));
    const auto payload = decode_base64url(split(id_token, '.')[1]);
    json::object claims = value_of(parse_json_object(std::string(payload->begin(), payload->end())));
    for (const char* const name : {"at_hash", "jti", "sid", "c_hash"}) claims.erase(name);
    return claims;
  }
  void expect_same(const std::vector<Answer>& answers, const Parameters& more = {}) {
    const auto in_browser = walk_browser(url(more), answers);
    const std::string browser_error = error;
    const std::string browser_code = code;
    const json::object browser_claims = code.empty() ? json::object{} : claims();
    const auto in_app = walk_app(url(more), answers);
    EXPECT_EQ(in_browser, in_app);
    EXPECT_EQ(browser_error, error);
    EXPECT_EQ(browser_code.empty(), code.empty());
    if (!code.empty()) EXPECT_EQ(browser_claims, claims());
  }

  const Answer right{"login", {{"username", "ada"}, {"password", std::string(test::kPassword)}}};
  const Answer wrong{"login", {{"username", "ada"}, {"password", "wrong"}}};
  TestServer server;
  TestClient client = test::hypermedia_client();
  std::string code;
  std::string error;
};

TEST_F(ParityOfLogins, APasswordAndAConsent) {
  expect_same({right, {"allow"}});
  EXPECT_FALSE(code.empty());
}
TEST_F(ParityOfLogins, AMistakeFirst) {
  expect_same({wrong, wrong, right, {"allow"}});
  EXPECT_FALSE(code.empty());
}
TEST_F(ParityOfLogins, ALoginThatIsCancelled) {
  expect_same({wrong, {"cancel"}});
  EXPECT_EQ(error, "access_denied");
}
TEST_F(ParityOfLogins, AConsentThatIsDenied) {
  expect_same({right, {"deny"}});
  EXPECT_EQ(error, "access_denied");
}
TEST_F(ParityOfLogins, AnotherAccountThanTheHintSays) {
  expect_same({right, {"allow"}}, {{"login_hint", "ada"}});
}

}  // namespace
}  // namespace signet
