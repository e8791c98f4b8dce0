#include "client/in_app/representation.h"

#include <filesystem>
#include <fstream>

#include "client/in_app/choices.h"
#include "client/in_app/page_text.h"
#include "client/in_app/submission.h"

namespace signet::client::in_app {
namespace {

constexpr std::string_view kUrl = "https://as.test/login/h1";

Representation read(std::string_view body) {
  return parse_representation(body, kUrl).value();
}

std::string form(std::string_view name, std::string_view fields = "", std::string_view model = "") {
  return fmt::format(
      R"({{"template":"form","kind":"{0}","title":"Do {0}","properties":{{"name":"{0}"}},"model":{{"href":"/login/h1","method":"POST",{2}"fields":[{1}]}}}})",
      name, fields, model);
}

std::string page_with(std::string_view actions) {
  return fmt::format(R"({{"type":"authentication-step","actions":[{}]}})", actions);
}

TEST(ParseRepresentation, AFormIsReadWithItsFieldsAndItsAbsoluteAddress) {
  const auto page = read(page_with(form("login", R"({"name":"u","type":"username","label":"User"},
      {"name":"p","type":"password","required":true},{"name":"t","type":"hidden","value":"1"})")));
  ASSERT_EQ(page.actions.size(), 1U);
  const Action& login = page.actions.front();
  EXPECT_EQ(login.href, "https://as.test/login/h1");
  EXPECT_EQ(login.media_type, "application/x-www-form-urlencoded");
  ASSERT_EQ(login.fields.size(), 3U);
  EXPECT_EQ(login.fields[0].type, FieldType::Text);
  EXPECT_TRUE(login.fields[1].required);
  EXPECT_FALSE(login.fields[2].is_asked());
}

TEST(ParseRepresentation, WhatIsNotKnownIsNoErrorAndOffersNothing) {
  const auto page =
      read(R"({"type":"step-of-tomorrow","metadata":7,"new":{"x":[1]},"links":{"a":1},"messages":[1,{"text":5}],
      "actions":[{"template":"hologram","kind":"wave"},"text",{"template":"form","model":{"fields":[
        {"name":"iris","type":"retina-scan","label":"Look here","options":3}]}}]})");
  EXPECT_EQ(list_choices(page.actions).possible.size(), 1U);
  EXPECT_EQ(page.actions.back().fields.front().type, FieldType::Text);
  EXPECT_TRUE(page.links.empty());
}

/// What the server is tested to say is what is read here.
TEST(ParseRepresentation, EveryDocumentOfTheServerOffersSomethingOrIsAnEnd) {
  const std::filesystem::path folder = std::string(SIGNET_SOURCE_DIR) + "/tests/server/snapshots/hypermedia";
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string body((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    ++count;
    if (entry.path().filename().string().starts_with("problem_")) {
      const auto problem = parse_problem(body, kUrl);
      EXPECT_TRUE(problem && !problem->type.empty()) << entry.path();
      continue;
    }
    const auto page = parse_representation(body, kUrl);
    ASSERT_TRUE(page) << entry.path();
    const Choices choices = list_choices(page->actions);
    const bool offers = !choices.possible.empty() || !choices.impossible.empty();
    EXPECT_TRUE(offers || page->find_link("authorization-response")) << entry.path();
  }
  EXPECT_GT(count, 10U);
}

TEST(ParseRepresentation, AViewNameChangesNothing) {
  const std::string body = page_with(form("login"));
  auto with_view = parse_json_object(body).value();
  with_view["metadata"] = {{"viewName", "authenticator/secret/get"}};
  EXPECT_EQ(read(render_json(with_view)).actions.size(), read(body).actions.size());
}

TEST(ParseRepresentation, WhatIsNoRepresentationIsRefused) {
  EXPECT_FALSE(parse_representation("", kUrl));
  EXPECT_FALSE(parse_representation("[]", kUrl));
  EXPECT_FALSE(parse_representation(R"({"actions":[]})", kUrl));
  EXPECT_FALSE(parse_representation(R"({"type":"a","type":"b"})", kUrl));
}

TEST(ParseRepresentation, SizeAndDepthAreBounded) {
  const std::string large = R"({"type":"a","x":")" + std::string(300 * 1024, 'x') + "\"}";
  EXPECT_EQ(parse_representation(large, kUrl).error().code, ErrorCode::TooLarge);
  std::string deep = R"({"template":"form"})";
  for (int level = 0; level < 20; ++level) deep = R"({"model":{"options":[)" + deep + "]}}";
  EXPECT_FALSE(parse_representation(page_with(deep), kUrl));
}

TEST(ParseProblem, TypeFieldsAndNewFormsAreRead) {
  const auto problem = parse_problem(
      R"({"type":"https://curity.se/problems/invalid-input","title":"Sign in","detail":"Enter both.","retryAfter":30,
          "invalidFields":[{"name":"p","reason":"missing","detail":"Enter it."}],"actions":[)" +
          form("login") + "]}",
      kUrl);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->type, "invalid-input");
  EXPECT_EQ(problem->retry_after, seconds{30});
  EXPECT_EQ(problem->invalid_fields.front().name, "p");
  EXPECT_EQ(problem->page.actions.size(), 1U);
}

std::string operation(std::string_view name, std::string_view arguments, std::string_view error_actions) {
  return fmt::format(
      R"({{"template":"client-operation","kind":"{0}","title":"With {0}","model":{{"name":"{0}","arguments":{1},"continueActions":[{3}],"errorActions":[{2}]}}}})",
      name, arguments, error_actions, form("continue", R"({"name":"credential","type":"context"})"));
}

TEST(ListChoices, OptionsOfASelectorStandForThemselves) {
  const auto page = read(page_with(R"({"template":"selector","kind":"authenticator-selector","model":{"options":[)" +
                                   form("totp") + "," + form("email") + "]}}," + form("cancel")));
  const Choices choices = list_choices(page.actions);
  ASSERT_EQ(choices.possible.size(), 3U);
  EXPECT_EQ(choices.find("email"), &choices.possible[1]);
  EXPECT_EQ(choices.find("Do email"), &choices.possible[1]);
  EXPECT_EQ(choices.find("sms"), nullptr);
}

TEST(ListChoices, APasskeyIsReplacedByTheBrowserOnce) {
  const std::string browser = operation("external-browser-flow", R"({"href":"/x?y=1"})", "");
  const auto page = read(page_with(operation("webauthn-authentication", "{}", browser) + "," + browser));
  const Choices choices = list_choices(page.actions);
  ASSERT_EQ(choices.possible.size(), 1U);
  EXPECT_EQ(choices.possible.front().address, "https://as.test/x?y=1");
  EXPECT_EQ(choices.possible.front().form.name, "continue");
}

TEST(ListChoices, WhatOnlyABrowserCanDoIsNamed) {
  const auto page = read(page_with(operation("webauthn-authentication", "{}", "")));
  EXPECT_TRUE(list_choices(page.actions).possible.empty());
  EXPECT_THAT(list_choices(page.actions).impossible, testing::ElementsAre("With webauthn-authentication"));
}

Answer answer_to(std::string_view form_text) {
  return {.form = read(page_with(form_text)).actions.front()};
}

TEST(MakeSubmission, HiddenAndReadOnlyFieldsKeepWhatTheServerGave) {
  Answer answer = answer_to(form("login", R"({"name":"t","type":"hidden","value":"1"},
      {"name":"who","type":"text","value":"alice","readonly":true},{"name":"p","type":"password"})"));
  answer.values["t"] = SecretText("2");
  answer.values["who"] = SecretText("mallory");
  answer.values["p"] = SecretText("a b&c");
  answer.values["unasked"] = SecretText("x");
  EXPECT_EQ(make_submission(answer)->body, "t=1&who=alice&p=a+b%26c");
}

TEST(MakeSubmission, ChoicesAndBoxesHaveTheDefaultsOfThePage) {
  const Answer answer = answer_to(form("go", R"({"name":"a","type":"checkbox","value":"yes","checked":true},
      {"name":"b","type":"checkbox"},{"name":"c","type":"context"},
      {"name":"s","type":"select","options":[{"value":"1","label":"x"},{"value":"2","label":"y","selected":true}]})"));
  EXPECT_EQ(make_submission(answer)->body, "a=yes&s=2");
}

TEST(MakeSubmission, AFormOfGetHasItsFieldsInTheQuery) {
  Answer answer = answer_to(form("poll", R"({"name":"t","type":"hidden","value":"ü"})"));
  answer.form.method = "GET";
  const auto request = make_submission(answer);
  EXPECT_EQ(request->url, "https://as.test/login/h1?t=%C3%BC");
  EXPECT_TRUE(request->body.empty());
}

TEST(MakeSubmission, JsonIsSentWhereTheFormAsksForIt) {
  const Answer answer =
      answer_to(form("go", R"({"name":"t","type":"hidden","value":"\"1"})", R"("type":"application/json",)"));
  const auto request = make_submission(answer);
  EXPECT_EQ(request->body, R"({"t":"\"1"})");
  EXPECT_EQ(request->fields.get("Content-Type"), "application/json");
}

TEST(MakeSubmission, AnUnknownMethodOrMediaTypeIsRefused) {
  Answer answer = answer_to(form("go"));
  answer.form.method = "TRACE";
  EXPECT_EQ(make_submission(answer).error().code, ErrorCode::Malformed);
  EXPECT_FALSE(make_submission(answer_to(form("go", "", R"("type":"multipart/form-data",)"))));
}

TEST(PageText, TheServersWordsCannotDriveTheTerminal) {
  EXPECT_EQ(make_printable("a\x1b[2Jb\nc\x7f"), "a [2Jb c ");
  EXPECT_EQ(make_printable("x\u009b1m\u202ey\u2066z"), "x 1m y z");
  EXPECT_EQ(make_printable("Größe € 5"), "Größe € 5");
  EXPECT_EQ(make_printable("cut \xe2"), "cut \xe2");
}

TEST(PageText, MessagesProblemAndLinksAreLines) {
  const auto page = read(R"({"type":"s","messages":[{"text":"Sign in","classList":["heading"]},{"text":"For Budget"}],
      "links":[{"rel":"activation","href":"data:image/png;base64,AA","title":"QR code","type":"image/png"},
               {"rel":"forgot-password","href":"/recover","title":"Forgot it?"}]})");
  Problem problem;
  problem.detail = "That did not match.";
  problem.retry_after = seconds{30};
  EXPECT_EQ(render_page_text(page, problem),
            "\nSign in\n  For Budget\n! That did not match.\n! Again in 30 s.\n"
            "  QR code: a picture, which a terminal does not show\n  Forgot it?: https://as.test/recover\n");
}

}  // namespace
}  // namespace signet::client::in_app
