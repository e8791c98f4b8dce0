// The snapshots are also held against docs/schemas by tests/e2e/schemas_test.py.
#include "server/authn/render_hypermedia.h"

#include "server/authn/language.h"
#include "server/authn/render_problem.h"
#include "server/schemas/schemas.h"
#include "support/pretty_json.h"
#include "support/snapshot.h"

namespace signet::server::authn {
namespace {

using workflow::Action;
using workflow::Field;
using workflow::FieldType;
using workflow::Group;
using workflow::MessageKind;
using workflow::Representation;

void expect_document(const std::string& name, const std::string& text) {
  test::expect_snapshot("tests/server/snapshots/hypermedia/" + name + ".json", test::pretty_json(text));
}

json::object read(const std::string& text) {
  return parse_json_object(text, {.bytes = 1 << 20, .depth = 64}).value();
}

Representation addressed(Representation page) {
  workflow::address_actions(page, "/login/h1", {{.name = "form_token", .type = FieldType::Hidden, .value = "t1"}});
  return page;
}

Action cancel() {
  return {.name = "cancel", .title = "Cancel"};
}

Representation password_page() {
  return {.type = "authentication-step",
          .title = "Sign in",
          .text = "to go on to Budget",
          .party = workflow::Party{"Budget", "budget.example"},
          .messages = {{MessageKind::Info, "Please confirm that it is you."}},
          .actions = {{.name = "login",
                       .title = "Sign in",
                       .main = true,
                       .fields = {{.name = "username",
                                   .type = FieldType::Username,
                                   .label = "User name",
                                   .value = "alice",
                                   .autocomplete = "username",
                                   .required = true,
                                   .max_length = 128},
                                  {.name = "password",
                                   .type = FieldType::Password,
                                   .label = "Password",
                                   .autocomplete = "current-password",
                                   .required = true,
                                   .max_length = 128}}},
                      cancel()},
          .links = {{.rel = "forgot-password", .href = "/recover", .title = "Forgot your password?"}},
          .view = "password"};
}

Representation factor_page() {
  Representation page{.type = "authentication-step", .title = "How do you want to sign in?", .view = "choose_factor"};
  page.actions.push_back(cancel());
  page.actions.push_back({.name = "totp", .title = "Code of an app", .kind = std::string(workflow::kSelectKind)});
  page.actions.push_back({.name = "email",
                          .title = "Code by e-mail",
                          .kind = std::string(workflow::kSelectKind),
                          .text = "to a•••@example.com"});
  page.actions.push_back({.name = "help", .title = "I have none of these"});
  return page;
}

Field credential() {
  return {.name = "credential", .type = FieldType::Context, .required = true};
}

Representation passkey_page() {
  const json::object options{{"challenge", "Y2hhbGxlbmdl"}, {"rpId", "as.example"}, {"userVerification", "required"}};
  Representation page{.type = "authentication-step", .title = "Use your passkey", .view = "passkey"};
  page.actions.push_back({.name = "passkey",
                          .title = "Use passkey",
                          .main = true,
                          .fields = {credential()},
                          .operation = workflow::ClientOperation{"webauthn-authentication", {{"publicKey", options}}}});
  page.actions.push_back(
      {.name = "browser",
       .title = "Go on in the browser",
       .fields = {{.name = "_resume_nonce", .type = FieldType::Context}},
       .operation = workflow::ClientOperation{"external-browser-flow", {{"href", "https://as.example/x"}}}});
  page.actions.push_back(cancel());
  return page;
}

Representation enrolment_page() {
  const json::object options{{"challenge", "Y2hhbGxlbmdl"},
                             {"rp", {{"id", "as.example"}, {"name", "Bank"}}},
                             {"user", {{"id", "dTE"}, {"name", "alice"}, {"displayName", "Alice"}}},
                             {"pubKeyCredParams", json::array{{{"type", "public-key"}, {"alg", -7}}}}};
  Representation page{.type = "registration-step", .title = "Create a passkey", .view = "passkey_enrolment"};
  page.actions.push_back(
      {.name = "create",
       .title = "Create passkey",
       .main = true,
       .fields = {credential(), {.name = "label", .label = "Name of the passkey", .help = "You will see it in lists."}},
       .operation = workflow::ClientOperation{"webauthn-registration",
                                              {{"credentialCreationOptions", {{"publicKey", options}}}}}});
  return page;
}

Representation totp_enrolment_page() {
  return {
      .type = "registration-step",
      .title = "Set up your authenticator",
      .messages = {{MessageKind::UserCode, "JBSW Y3DP EHPK 3PXP"}, {MessageKind::Warning, "Keep it to yourself."}},
      .actions = {{.name = "confirm",
                   .title = "Confirm",
                   .main = true,
                   .fields = {{.name = "code",
                               .label = "Code",
                               .autocomplete = "one-time-code",
                               .required = true,
                               .max_length = 6,
                               .min_length = 6,
                               .kind = "number",
                               .placeholder = "123456"},
                              {.name = "period",
                               .type = FieldType::Select,
                               .label = "Remember this device",
                               .options = {{"0", "No"}, {"30", "For 30 days", true}}},
                              {.name = "terms",
                               .type = FieldType::Checkbox,
                               .label = "I keep the recovery codes",
                               .value = "yes",
                               .checked = true,
                               .readonly = true}}}},
      .links = {{.rel = "activation", .href = "data:image/png;base64,AA==", .title = "QR code", .type = "image/png"}},
      .view = "totp_enrolment"};
}

Representation waiting_page() {
  Representation page{.type = "polling-step", .title = "Look at your phone", .view = "push"};
  page.messages.push_back({MessageKind::Recipient, "Alice's phone"});
  page.polling = workflow::Polling{
      .recipient = "Alice's phone", .remaining = milliseconds{59'200}, .interval = milliseconds{2000}};
  page.actions.push_back({.name = "poll", .title = "Continue", .kind = "poll"});
  page.actions.push_back(cancel());
  return page;
}

Representation consent_page() {
  return {.type = "user-consent-step",
          .title = "Budget wants access",
          .party = workflow::Party{"Budget"},
          .account = "Signed in as Alice",
          .groups = {{.name = "permissions",
                      .title = "It may",
                      .items = {{.title = "See your accounts", .text = "balances and transactions"}}},
                     {.name = "duration", .title = "For how long", .items = {{.title = "90 days"}}}},
          .actions = {{.name = "allow", .title = "Allow", .main = true}, {.name = "deny", .title = "Deny"}},
          .view = "consent"};
}

Representation account_page() {
  const Action remove{.name = "remove",
                      .title = "Remove",
                      .fields = {{.name = "factor", .type = FieldType::Hidden, .value = "f1"}},
                      .dangerous = true};
  Action other = remove;
  other.fields.front().value = "f2";
  return {.type = "account-step",
          .title = "Your account",
          .groups = {{.name = "factors",
                      .title = "How you sign in",
                      .items = {{.title = "Laptop", .text = "passkey", .actions = {remove}},
                                {.title = "Phone", .actions = {other}}}},
                     {.name = "apps", .title = "Apps with access", .empty = "No app has access."}},
          .view = "account"};
}

Representation refused(Representation page, workflow::Problem problem) {
  page.problem = std::move(problem);
  return page;
}

TEST(RenderHypermedia, EachKindOfPageIsTheDocumentThatWasReviewed) {
  expect_document("password", render_hypermedia(addressed(password_page())));
  expect_document("choose_factor", render_hypermedia(addressed(factor_page())));
  expect_document("passkey", render_hypermedia(addressed(passkey_page())));
  expect_document("passkey_enrolment", render_hypermedia(addressed(enrolment_page())));
  expect_document("totp_enrolment", render_hypermedia(addressed(totp_enrolment_page())));
  expect_document("waiting", render_hypermedia(addressed(waiting_page())));
  expect_document("consent", render_hypermedia(addressed(consent_page())));
  expect_document("account", render_hypermedia(addressed(account_page())));
  expect_document("redirection", render_redirection("/login/h1", "GET"));
  expect_document("authorization_response",
                  render_authorization_response("https://app.example/cb?code=c1&state=s1&iss=https%3A%2F%2Fas.example",
                                                "c1", "s1", "https://as.example"));
}

TEST(RenderHypermedia, EachKindOfProblemIsTheDocumentThatWasReviewed) {
  expect_document(
      "problem_credentials",
      render_problem_document(
          addressed(refused(password_page(), {.type = "incorrect_credentials", .text = "That did not match."})),
          Language::english()));
  expect_document(
      "problem_input",
      render_problem_document(
          addressed(refused(password_page(), {.type = "invalid_input", .text = "Enter both.", .fields = {"password"}})),
          Language::english()));
  expect_document(
      "problem_attempts",
      render_problem_document(
          addressed(refused(password_page(),
                            {.type = "too_many_attempts", .text = "Wait a little.", .retry_after = seconds{30}})),
          Language::english()));
  expect_document("problem_page", render_problem_document({.type = "problem",
                                                           .title = "This page has expired",
                                                           .text = "Go back to the app.",
                                                           .problem = workflow::Problem{"expired", ""}},
                                                          Language::english()));
  expect_document("problem_authorization",
                  render_authorization_error("https://app.example/cb?error=access_denied", "access_denied",
                                             "The user refused.", "s1", "https://as.example"));
}

/// A client that knows no groups must still be able to draw everything.
TEST(RenderHypermedia, WhatAnItemOffersStandsAmongAllActionsUnderATitleOfItsOwn) {
  const json::object document = read(render_hypermedia(addressed(account_page())));
  std::vector<std::string> titles;
  for (const auto& action : document.at("actions").as_array()) {
    titles.emplace_back(peek_string(action.as_object(), "title"));
  }
  EXPECT_THAT(titles, testing::ElementsAre("Remove: Laptop", "Remove: Phone"));
}

TEST(RenderHypermedia, AlternativesAreOneSelectorWhereTheFirstOfThemStood) {
  const json::object document = read(render_hypermedia(addressed(factor_page())));
  const json::array& actions = document.at("actions").as_array();
  ASSERT_EQ(actions.size(), 3U);
  EXPECT_EQ(peek_string(actions.at(1).as_object(), "template"), "selector");
  EXPECT_EQ(actions.at(1).at("model").at("options").as_array().size(), 2U);
}

TEST(RenderHypermedia, AClientWithoutWebAuthnIsSentToTheBrowserWhenThePageOffersOne) {
  const json::object document = read(render_hypermedia(addressed(passkey_page())));
  const json::value& model = document.at("actions").at(0).at("model");
  ASSERT_EQ(model.at("errorActions").as_array().size(), 1U);
  EXPECT_TRUE(model.at("errorActions").at(0).at("model").at("errorActions").as_array().empty());
  EXPECT_EQ(document.at("actions").at(1).at("kind").as_string(), "cancel") << "it stands there alone";
}

/// A problem that was met on the way to a page that is now fetched again must not be lost.
TEST(RenderHypermedia, AProblemOnAPageIsAMessageToo) {
  const std::string text = render_hypermedia(
      addressed(refused(password_page(), {.type = "incorrect_credentials", .text = "That did not match."})));
  EXPECT_TRUE(text.contains(R"({"text":"That did not match.","classList":["error"]})"));
}

TEST(RenderHypermedia, MarkupAndQuotesOfUsersStayText) {
  Representation page = password_page();
  page.account = "\"},{\"x\":\"<script>\n";
  EXPECT_EQ(read(render_hypermedia(page)).at("messages").at(3).at("text").as_string(), page.account);
}

// RFC 9457: who knows the type knows the title, on whatever page it stands
TEST(RenderProblem, TheTitleIsThatOfTheTypeInTheLanguageOfTheLogin) {
  const auto title_of = [](const Representation& page, std::string_view tag) {
    return std::string(peek_string(read(render_problem_document(page, *Language::find_built_in(tag))), "title"));
  };
  const workflow::Problem wrong{"incorrect_credentials", "Try again."};
  EXPECT_EQ(title_of(refused(password_page(), wrong), "en"), "That did not match");
  EXPECT_EQ(title_of(refused(factor_page(), wrong), "en"), "That did not match");
  EXPECT_EQ(title_of(refused(password_page(), {"too_many_attempts", ""}), "de"), "Zu viele Versuche");
  EXPECT_EQ(title_of({.type = "problem", .title = "No", .problem = workflow::Problem{"new", ""}}, "en"), "No");
}

TEST(RenderProblem, TheStatusFollowsTheTable) {
  EXPECT_EQ(status_of({"incorrect_credentials", ""}), 400);
  EXPECT_EQ(status_of({"too_many_attempts", ""}), 429);
  EXPECT_EQ(status_of({"busy", ""}), 503);
  EXPECT_EQ(status_of({"something_new", ""}), 400);
}

TEST(RenderProblem, AnUnknownProblemIsAnEndOnlyWhereThereIsNothingToAnswer) {
  const auto type_of = [](const Representation& page) {
    return std::string(peek_string(read(render_problem_document(page, Language::english())), "type"));
  };
  EXPECT_EQ(type_of(refused(password_page(), {"new", ""})), "https://curity.se/problems/generic-user-error");
  EXPECT_EQ(type_of({.type = "problem", .title = "No", .problem = workflow::Problem{"new", ""}}),
            "https://curity.se/problems/unexpected");
}

TEST(Schemas, ThoseOfTheDocumentsAreCompiledIn) {
  ASSERT_NE(find_schema("vnd.auth+json.schema.json"), nullptr);
  EXPECT_TRUE(parse_json(find_schema("vnd.auth+json.schema.json")->text));
  ASSERT_NE(find_schema("problem.schema.json"), nullptr);
  EXPECT_EQ(find_schema("../problem.schema.json"), nullptr);
}

}  // namespace
}  // namespace signet::server::authn
