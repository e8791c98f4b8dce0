#include "server/authn/render_html.h"

#include <regex>

#include "server/authn/html_form.h"
#include "server/authn/locale.h"

namespace signet::server::authn {
namespace {

using testing::HasSubstr;
using testing::Not;
using workflow::Action;
using workflow::Field;
using workflow::FieldType;
using workflow::MessageKind;
using workflow::Representation;

std::string render(const Representation& page) {
  return render_html(page, {.owner = "First Bank",
                            .notice = "You are at https://as.example.",
                            .stylesheet = "/assets/a.css",
                            .script = "/assets/a.js"});
}

Action action(std::string name, std::string title = "Go on") {
  return {.name = std::move(name), .title = std::move(title), .href = "/login/h1"};
}

Representation page_with(Action one) {
  Representation page{.type = "authentication-step", .title = "Title"};
  page.actions.push_back(std::move(one));
  return page;
}

Representation page_with(Field field) {
  Action one = action("go");
  one.fields.push_back(std::move(field));
  return page_with(std::move(one));
}

std::string render(Field field) {
  return render(page_with(std::move(field)));
}

/// The whole tag that begins with this text.
std::string tag(const std::string& html, std::string_view begin) {
  const auto start = html.find(begin);
  if (start == std::string::npos) return {};
  return html.substr(start, html.find('>', start) - start + 1);
}

std::size_t count(const std::string& html, const std::string& part) {
  std::size_t found = 0;
  for (auto at = html.find(part); at != std::string::npos; at = html.find(part, at + 1)) ++found;
  return found;
}

TEST(RenderHtml, TextFieldsSayWhichKeyboardTheyNeed) {
  const std::string code = tag(render({.name = "code",
                                       .label = "Code",
                                       .autocomplete = "one-time-code",
                                       .required = true,
                                       .max_length = 6,
                                       .min_length = 6,
                                       .kind = "number",
                                       .placeholder = "123456"}),
                               "<input id=\"code\"");
  for (const auto* part :
       {"type=\"text\"", "inputmode=\"numeric\"", "autocomplete=\"one-time-code\"", "minlength=\"6\"",
        "maxlength=\"6\"", "placeholder=\"123456\"", "dir=\"ltr\"", " required"}) {
    EXPECT_THAT(code, HasSubstr(part));
  }
  const std::string mail = tag(render({.name = "mail", .label = "Mail", .kind = "email"}), "<input id=\"mail\"");
  EXPECT_THAT(mail, HasSubstr("type=\"email\""));
  EXPECT_THAT(mail, HasSubstr("autocapitalize=\"none\""));
  EXPECT_THAT(tag(render({.name = "tel", .label = "Phone", .kind = "tel"}), "<input id=\"tel\""),
              HasSubstr("type=\"tel\""));
  EXPECT_THAT(tag(render({.name = "name", .label = "Name"}), "<input id=\"name\""), Not(HasSubstr("inputmode")));
}

TEST(RenderHtml, WhatIsTypedAboutAnEntryOpensWhenItIsWanted) {
  Action rename = action("rename", "Rename");
  rename.fields = {{.name = "id", .type = FieldType::Hidden, .value = "1"}, {.name = "name", .label = "Name"}};
  Action remove = action("remove", "Remove");
  remove.fields = {{.name = "id", .type = FieldType::Hidden, .value = "1"}};
  Representation page{.type = "account-step", .title = "Title"};
  page.groups.push_back(
      {.name = "factors", .title = "Factors", .items = {{.title = "Phone", .actions = {rename, remove}}}});
  const std::string html = render(page);
  EXPECT_EQ(count(html, "<details"), 1U) << html;
  EXPECT_THAT(html, HasSubstr("<summary>Rename<span class=\"unseen\">: Phone</span></summary><form"));
  EXPECT_LT(html.find("</details>"), html.find("id=\"remove\""));
  EXPECT_EQ(count(render(page_with(Field{.name = "name", .label = "Name"})), "<details"), 0U);
}

TEST(RenderHtml, TheHelpOfAFieldDescribesIt) {
  const std::string html = render({.name = "label", .label = "Name", .help = "You will see it in lists."});
  EXPECT_THAT(html, HasSubstr("<p class=\"help\" id=\"label-help\">You will see it in lists.</p>"));
  EXPECT_THAT(tag(html, "<input id=\"label\""), HasSubstr("aria-describedby=\"label-help\""));
}

TEST(RenderHtml, ABoxIsLabelledAndSendsItsValue) {
  const std::string html =
      render({.name = "keep", .type = FieldType::Checkbox, .label = "Keep", .value = "yes", .checked = true});
  const std::string box = tag(html, "<input id=\"keep\"");
  EXPECT_THAT(box, HasSubstr("type=\"checkbox\" value=\"yes\" checked"));
  EXPECT_THAT(html, HasSubstr("<label class=\"check\" for=\"keep\">"));
  EXPECT_THAT(tag(render({.name = "keep", .type = FieldType::Checkbox, .label = "Keep"}), "<input id=\"keep\""),
              HasSubstr("value=\"on\""));
}

/// Browsers send nothing of a disabled field.
TEST(RenderHtml, WhatCannotBeChangedIsSentAllTheSame) {
  const std::string box = render({.name = "keep",
                                  .type = FieldType::Checkbox,
                                  .label = "Keep",
                                  .value = "yes",
                                  .checked = true,
                                  .readonly = true});
  EXPECT_THAT(tag(box, "<input id=\"keep\""), HasSubstr(" disabled"));
  EXPECT_THAT(box, HasSubstr("<input type=\"hidden\" name=\"keep\" value=\"yes\">"));
  EXPECT_THAT(render({.name = "keep", .type = FieldType::Checkbox, .label = "Keep", .readonly = true}),
              Not(HasSubstr("type=\"hidden\"")));
  const std::string list = render({.name = "days",
                                   .type = FieldType::Select,
                                   .label = "Days",
                                   .readonly = true,
                                   .options = {{"0", "None"}, {"30", "Thirty", true}}});
  EXPECT_THAT(list, HasSubstr("<input type=\"hidden\" name=\"days\" value=\"30\">"));
  EXPECT_THAT(tag(render({.name = "id", .label = "Id", .readonly = true}), "<input id=\"id\""), HasSubstr(" readonly"));
}

TEST(RenderHtml, AListHasItsOptionsAndTheChosenOne) {
  const std::string html = render(
      {.name = "days", .type = FieldType::Select, .label = "Days", .options = {{"0", "None"}, {"30", "Thirty", true}}});
  EXPECT_THAT(html, HasSubstr("<select id=\"days\" name=\"days\">"));
  EXPECT_THAT(html, HasSubstr("<option value=\"0\">None</option>"));
  EXPECT_THAT(html, HasSubstr("<option value=\"30\" selected>Thirty</option>"));
}

TEST(RenderHtml, OnlyTheFieldsThatAProblemNamesAreInvalid) {
  Representation page = page_with(Field{.name = "old", .label = "Old"});
  page.actions.front().fields.push_back({.name = "new", .label = "New"});
  page.problem = workflow::Problem{.type = "invalid_input", .text = "Too short.", .fields = {"new"}};
  const std::string named = render(page);
  EXPECT_THAT(tag(named, "<input id=\"old\""), Not(HasSubstr("aria-invalid")));
  EXPECT_THAT(tag(named, "<input id=\"new\""),
              HasSubstr("aria-invalid=\"true\" aria-describedby=\"problem\" autofocus"));
  page.problem->fields.clear();
  EXPECT_EQ(count(render(page), "aria-invalid"), 2U);
}

TEST(RenderHtml, AlternativesAreOneListOfButtons) {
  Representation page = page_with(action("cancel"));
  for (const auto* name : {"totp", "mail"}) {
    Action choice = action(name, "Code");
    choice.kind = workflow::kSelectKind;
    choice.text = "to a•••@example.com";
    page.actions.push_back(choice);
  }
  const std::string html = render(page);
  EXPECT_EQ(count(html, "<ul class=\"choices\">"), 1U);
  EXPECT_EQ(count(html, "<form class=\"choice\""), 2U);
  EXPECT_THAT(html,
              HasSubstr("<button id=\"totp\" type=\"submit\"><span class=\"choice-title\"><bdi>Code</bdi></span>"));
}

TEST(RenderHtml, WhatCanBeDoneWithAnItemNamesTheItemUnderAnIdOfItsOwn) {
  Representation page{.type = "account-step", .title = "Account"};
  Action remove = action("remove", "Remove");
  remove.dangerous = true;
  page.groups.push_back({.name = "factors",
                         .title = "Ways to sign in",
                         .items = {{.title = "Laptop", .actions = {remove}}, {.title = "Phone", .actions = {remove}}}});
  page.groups.push_back({.name = "apps", .title = "Apps", .empty = "No app has access."});
  const std::string html = render(page);
  EXPECT_THAT(html,
              HasSubstr("<button id=\"remove\" type=\"submit\">Remove<span class=\"unseen\">: Laptop</span></button>"));
  EXPECT_THAT(
      html, HasSubstr("<button id=\"remove-2\" type=\"submit\">Remove<span class=\"unseen\">: Phone</span></button>"));
  EXPECT_THAT(html, HasSubstr("<form class=\"item-form dangerous\""));
  EXPECT_THAT(html, HasSubstr("<p class=\"empty\">No app has access.</p>"));
}

TEST(RenderHtml, NoIdStandsTwice) {
  Representation page = page_with(Field{.name = "problem", .label = "A", .help = "a"});
  page.actions.push_back(page.actions.front());
  page.problem = workflow::Problem{"x", "y"};
  page.groups = {{.name = "go", .title = "a"}, {.name = "go", .title = "b"}};
  const std::string html = render(page);
  std::set<std::string> seen;
  const std::regex id(R"re( id="([^"]*)")re");
  for (std::sregex_iterator at(html.begin(), html.end(), id), end; at != end; ++at) {
    EXPECT_TRUE(seen.insert((*at)[1]).second) << (*at)[1];
  }
  EXPECT_GE(seen.size(), 7U);
}

TEST(RenderHtml, EachKindOfMessageLooksLikeWhatItIs) {
  Representation page{.type = "a", .title = "b"};
  page.messages = {{MessageKind::Heading, "One"},
                   {MessageKind::Warning, "Two"},
                   {MessageKind::UserCode, "JBSW Y3DP"},
                   {MessageKind::UserName, "Ada"},
                   {MessageKind::Recipient, "Phone"}};
  const std::string html = render(page);
  for (const auto* part :
       {"<h2>One</h2>", "<p class=\"message warn\"><bdi>Two</bdi></p>",
        "<p class=\"user-code\" dir=\"ltr\">JBSW Y3DP</p>", "<p class=\"message userName\"><bdi>Ada</bdi></p>",
        "<p class=\"message recipientOfCommunication\"><bdi>Phone</bdi></p>"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST(RenderHtml, APageThatWaitsCanBeContinuedWithoutScript) {
  Action poll = action("poll");
  poll.kind = "poll";
  Representation page = page_with(poll);
  page.polling = workflow::Polling{.interval = seconds{3}};
  const std::string html = render(page);
  EXPECT_THAT(tag(html, "<form"), HasSubstr("data-interval=\"3000\""));
  EXPECT_THAT(tag(html, "<form"), Not(HasSubstr("hidden")));
  EXPECT_THAT(html, HasSubstr("<button id=\"poll\""));
}

Action passkey(json::object arguments) {
  Action one = action("passkey", "Use passkey");
  one.fields = {{.name = "credential", .type = FieldType::Context}};
  one.operation = workflow::ClientOperation{"webauthn-authentication", std::move(arguments)};
  return one;
}

TEST(RenderHtml, AnOperationIsHiddenUntilTheScriptRunsAndSaysWhy) {
  const std::string html =
      render(page_with(passkey({{"credentialRequestOptions", {{"publicKey", {{"challenge", "AA"}}}}}})));
  const std::string form = tag(html, "<form");
  EXPECT_THAT(form, HasSubstr(" hidden data-operation=\"webauthn-authentication\" "
                              "data-arguments=\"{&quot;credentialRequestOptions&quot;:"));
  EXPECT_THAT(html, HasSubstr("<input type=\"hidden\" name=\"credential\" value=\"\" data-context>"));
  EXPECT_THAT(html, HasSubstr("<noscript>"));
  EXPECT_THAT(html, HasSubstr("<script src=\"/assets/a.js\" defer></script>"));
}

TEST(RenderHtml, AnOperationThatLeadsToABrowserIsNotDrawnInOne) {
  Action leave = action("browser");
  leave.operation = workflow::ClientOperation{"external-browser-flow", {{"href", "https://as.example/x"}}};
  EXPECT_THAT(render(page_with(leave)), Not(HasSubstr("<form")));
}

TEST(RenderHtml, APageWithoutNeedForAScriptHasNone) {
  EXPECT_THAT(render(workflow::Representation{.type = "finished", .title = "Done"}), Not(HasSubstr("<script")));
  EXPECT_THAT(render(page_with(action("allow"))), HasSubstr("<script src=\"/assets/a.js\" defer></script>"));
}

constexpr const char* kMarkup = "</script></title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

/// A page whose every value is an attack.
Representation hostile_page() {
  Action evil = passkey({{"x", kMarkup}});
  evil.name = kMarkup;
  evil.title = kMarkup;
  evil.text = kMarkup;
  evil.fields.push_back({.name = kMarkup, .type = FieldType::Hidden, .value = kMarkup});
  for (const auto type :
       {FieldType::Text, FieldType::Username, FieldType::Password, FieldType::Checkbox, FieldType::Select}) {
    evil.fields.push_back({.name = kMarkup,
                           .type = type,
                           .label = kMarkup,
                           .value = kMarkup,
                           .autocomplete = kMarkup,
                           .kind = kMarkup,
                           .placeholder = kMarkup,
                           .help = kMarkup,
                           .options = {{kMarkup, kMarkup}}});
  }
  Representation page{.type = kMarkup, .title = kMarkup, .text = kMarkup, .view = kMarkup};
  page.party = workflow::Party{kMarkup, kMarkup};
  page.account = kMarkup;
  page.messages = {{MessageKind::Info, kMarkup}, {MessageKind::Heading, kMarkup}, {MessageKind::UserCode, kMarkup}};
  page.problem = workflow::Problem{kMarkup, kMarkup};
  page.groups = {{.name = kMarkup, .title = kMarkup, .items = {{.title = kMarkup, .text = kMarkup, .actions = {evil}}}},
                 {.name = "b", .title = "b", .empty = kMarkup}};
  page.actions = {evil};
  page.actions.push_back(evil);
  page.actions.back().kind = workflow::kSelectKind;
  page.links = {{.rel = "a", .href = std::string("https://a/") + kMarkup, .title = kMarkup},
                {.rel = "b", .href = std::string("data:image/png,") + kMarkup, .title = kMarkup, .type = "image/png"}};
  return page;
}

TEST(RenderHtml, MarkupInAnyValueStaysText) {
  const std::string html = render(hostile_page());
  EXPECT_THAT(html, HasSubstr("alert(1)"));
  EXPECT_EQ(count(html, "<script"), 1U);
  EXPECT_EQ(count(html, "<img"), 1U);
  EXPECT_THAT(html, Not(HasSubstr(" onerror=\"")));
  const std::string without_values = std::regex_replace(html, std::regex(R"re("[^"]*")re"), "\"\"");
  EXPECT_FALSE(std::regex_search(without_values, std::regex(R"(<[^>]*\s(on\w+|style)\s*=)")));
}

TEST(RenderHtml, LinksToAnythingButTheWebOrThisServerAreLeftOut) {
  for (const auto* href :
       {"javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
        "data:text/html,<script>", "vbscript:x", "//evil.example", "/\\evil.example", "/\t/evil.example",
        "\\\\evil.example", "http://evil.example", "evil", "data:image/svg+xml,<svg/>"}) {
    Representation page{.type = "a", .title = "b"};
    page.links = {{.rel = "help", .href = href, .title = "Help"}};
    EXPECT_THAT(render(page), Not(HasSubstr("<a "))) << href;
    page.links.front().type = "image/png";
    if (!std::string_view(href).starts_with("data:image/")) EXPECT_THAT(render(page), Not(HasSubstr("<img"))) << href;
    Action leave = action("go");
    leave.href = href;
    EXPECT_THAT(render(page_with(leave)), Not(HasSubstr("<form"))) << href;
  }
  Representation page{.type = "a", .title = "b"};
  page.links = {{.rel = "a", .href = "/recover", .title = "Forgot?"},
                {.rel = "b", .href = "https://help.example/a?b=c", .title = "Help"},
                {.rel = "c", .href = "otpauth://totp/a?secret=B", .title = "Open app"},
                {.rel = "d", .href = "data:image/png;base64,AA+/==", .title = "QR code", .type = "image/png"}};
  const std::string html = render(page);
  for (const auto* part :
       {"<a href=\"/recover\">Forgot?</a>", "<a href=\"https://help.example/a?b=c\">",
        "<a href=\"otpauth://totp/a?secret=B\">", "<img src=\"data:image/png;base64,AA+/==\" alt=\"QR code\">"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST(RenderHtml, ARightToLeftLanguageTurnsThePageAndNotItsCodes) {
  const auto arabic = Language::load("ar", R"({"ShowPassword": "إظهار"})", Language::english());
  ASSERT_TRUE(arabic);
  Representation page = page_with(Field{.name = "code", .label = "الرمز", .autocomplete = "one-time-code"});
  const std::string html =
      render_html(page, {.owner = "o", .notice = "n", .stylesheet = "/a", .script = "/b", .language = **arabic});
  EXPECT_THAT(html, HasSubstr("<html lang=\"ar\" dir=\"rtl\">"));
  EXPECT_THAT(tag(html, "<input id=\"code\""), HasSubstr("dir=\"ltr\""));
  EXPECT_THAT(render(page), HasSubstr("<html lang=\"en\" dir=\"ltr\">"));
}

}  // namespace
}  // namespace signet::server::authn
