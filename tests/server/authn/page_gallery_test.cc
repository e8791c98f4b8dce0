// One page of each kind, as files in the build folder: tests/e2e/node/gallery.test.js looks at them in a browser, in
// every language, and so can a person.
#include <filesystem>
#include <fstream>

#include "oauth/authorization_request.h"
#include "server/authn/browser_step.h"
#include "server/authn/facts.h"
#include "server/authn/pages/pages.h"
#include "server/authn/qr.h"
#include "server/authn/render_html.h"
#include "server/authn/theme.h"
#include "server/authn/workflows.h"
#include "support/database.h"

namespace signet::server::authn {
namespace {

using workflow::Action;
using workflow::Facts;
using workflow::FieldType;
using workflow::MessageKind;
using workflow::Representation;

struct GalleryPage {
  std::string name;
  Representation page;
};

Facts facts_in(const Language& language) {
  return {{fact::kLocale, language.tag()},
          {fact::kTexts, language.name()},
          {fact::kClientName, "Acme Budget"},
          {fact::kClientHost, "acme.example"},
          {fact::kAccountName, "Ada Lovelace"},
          {fact::kScope, json::array{"openid", "accounts", "payments"}},
          {fact::kClaims, json::array{"email", "birthdate"}},
          {fact::kLasting, true},
          {fact::kDuration, Duration(days{90}).count()},
          {fact::kHeldUntil, 30'000},
          {fact::kNow, 0}};
}

Representation shown(const Facts& facts, std::string_view step) {
  return find_step(step)->show(facts);
}

Action cancel(const Facts& facts) {
  return {.name = "cancel", .title = text(facts, Text::CancelAction)};
}

Representation refused(const Facts& facts) {
  Representation page = shown(facts, "password");
  page.actions.front().fields.front().value = "ada";
  page.problem = workflow::Problem{"incorrect_credentials", text(facts, Text::WrongCredentials)};
  return page;
}

Representation choice(const Facts& facts) {
  Representation page{.type = "authentication-step",
                      .title = text(facts, Text::ChooseFactorTitle),
                      .text = text(facts, Text::ChooseFactorText)};
  for (const auto& [name, title, note] :
       {std::tuple{"passkey", "Passkey “Ada’s laptop”", "Your fingerprint, your face or the PIN of the device"},
        {"totp", "Authenticator app “Phone”", "The six digits that the app shows"},
        {"email", "Code by e-mail", "We send it to a•••@example.com"},
        {"recovery_code", "Recovery code", ""}}) {
    page.actions.push_back({.name = name, .title = title, .kind = std::string(workflow::kSelectKind), .text = note});
  }
  page.actions.push_back(cancel(facts));
  return page;
}

workflow::Field code_field() {
  return {.name = "code",
          .label = "Code",
          .autocomplete = "one-time-code",
          .required = true,
          .max_length = 6,
          .min_length = 6,
          .kind = "number",
          .placeholder = "123456",
          .help = "The code changes every 30 seconds."};
}

Representation code(const Facts& facts) {
  Representation page{.type = "authentication-step",
                      .title = "Enter the code of your app",
                      .text = "Open the authenticator app on your phone."};
  page.actions = {{.name = "check",
                   .title = text(facts, Text::ContinueAction),
                   .main = true,
                   .fields = {code_field(),
                              {.name = "remember",
                               .type = FieldType::Checkbox,
                               .label = "Do not ask again on this device for 30 days"}}},
                  {.name = "other", .title = text(facts, Text::OtherFactorAction)},
                  cancel(facts)};
  return page;
}

Representation enrolment(const Facts& facts) {
  constexpr std::string_view kUri =
      "otpauth://totp/First%20Example%20Bank:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=First%20Example%20Bank";
  Representation page{.type = "registration-step",
                      .title = "Set up an authenticator app",
                      .text = "Scan this picture with the app, or type the key."};
  page.links = {{.rel = "activation",
                 .href = test::value_of(render_qr_data_uri(kUri)),
                 .title = "QR code with the key",
                 .type = "image/svg+xml"},
                {.rel = "activation", .href = std::string(kUri), .title = "Open an app on this device"}};
  page.messages = {{MessageKind::UserCode, "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"},
                   {MessageKind::Warning, "Keep this key to yourself. Nobody who is honest asks you for it."}};
  page.actions = {{.name = "confirm",
                   .title = "Confirm",
                   .main = true,
                   .fields = {code_field(),
                              {.name = "name", .label = "Name of the app", .value = "Phone", .max_length = 64},
                              {.name = "days",
                               .type = FieldType::Select,
                               .label = "Ask for it",
                               .options = {{"0", "Each time"}, {"30", "Every 30 days", true}}}}},
                  cancel(facts)};
  page.problem = workflow::Problem{.type = "invalid_input", .text = "That code is not right.", .fields = {"code"}};
  return page;
}

Representation passkey(const Facts& facts) {
  Representation page{.type = "registration-step",
                      .title = "Create a passkey",
                      .text = "You then sign in with your fingerprint, your face or the PIN of the device."};
  const json::object options{
      {"challenge", "Y2hhbGxlbmdlY2hhbGxlbmdl"},
      {"rp", {{"id", "localhost"}, {"name", "Bank"}}},
      {"user", {{"id", "dTE"}, {"name", "ada"}, {"displayName", "Ada"}}},
      {"pubKeyCredParams", json::array{{{"type", "public-key"}, {"alg", -7}}, {{"type", "public-key"}, {"alg", -257}}}},
      {"timeout", 60000}};
  page.actions = {{.name = "create",
                   .title = "Create passkey",
                   .main = true,
                   .fields = {{.name = "credential", .type = FieldType::Context},
                              {.name = "label", .label = "Name of the passkey", .value = "Ada’s laptop"}},
                   .operation = workflow::ClientOperation{"webauthn-registration",
                                                          {{"credentialCreationOptions", {{"publicKey", options}}}}},
                   .text = "The browser asks you to confirm."},
                  cancel(facts)};
  return page;
}

Representation waiting(const Facts& facts) {
  Representation page{.type = "polling-step",
                      .title = "Look at your phone",
                      .text = "Approve the sign-in there if the number is the same."};
  page.messages = {{MessageKind::UserCode, "47"}, {MessageKind::Recipient, "Ada’s phone"}};
  page.polling = workflow::Polling{.recipient = "Ada’s phone", .remaining = seconds{90}, .interval = days{1}};
  page.actions = {{.name = "poll", .title = text(facts, Text::ContinueAction), .main = true, .kind = "poll"},
                  cancel(facts)};
  return page;
}

Representation account(const Facts& facts) {
  const Action remove{.name = "remove",
                      .title = "Remove",
                      .fields = {{.name = "id", .type = FieldType::Hidden, .value = "1"}},
                      .dangerous = true};
  const Action end{.name = "end", .title = "Sign out", .dangerous = true};
  const Action rename{.name = "rename", .title = "Rename"};
  Representation page{.type = "account-step",
                      .title = "Your account",
                      .account = text(facts, Text::ConsentSignedInAs, {"Ada Lovelace"})};
  page.groups = {{.name = "factors",
                  .title = "Ways to sign in",
                  .items = {{.title = "Passkey “Ada’s laptop”",
                             .text = "Since 3 May 2025, last used today",
                             .actions = {rename, remove}},
                            {.title = "Authenticator app “Phone”",
                             .text = "Since 1 February 2024, last used 12 days ago",
                             .actions = {rename, remove}}}},
                 {.name = "sessions",
                  .title = "Where you are signed in",
                  .items = {{.title = "Firefox on Linux", .text = "This browser, 203.0.113.7"},
                            {.title = "Safari on iPhone", .text = "Yesterday, 198.51.100.4", .actions = {end}}}},
                 {.name = "apps", .title = "Apps with access", .empty = "No app has access to your account."},
                 {.name = "history",
                  .title = "History",
                  .items = {{.title = "Signed in", .text = "Today 10:12, Firefox on Linux"},
                            {.title = "Passkey added", .text = "3 May 2025, Firefox on Linux"}}}};
  page.actions = {{.name = "add", .title = "Add a way to sign in", .main = true},
                  {.name = "close", .title = "Close the account", .text = "This cannot be undone.", .dangerous = true}};
  page.links = {{.rel = "help", .href = "https://help.example/account", .title = "Help with your account"}};
  return page;
}

Representation payment(Facts facts) {
  oauth::AuthorizationRequest request;
  request.authorization_details =
      R"([{"creditorAccount":{"iban":"DE89370400440532013000"},"creditorName":"Merchant A",)"
      R"("instructedAmount":{"amount":"1234567.50","currency":"EUR"},)"
      R"("remittanceInformationUnstructured":"Invoice 7","type":"payment_initiation"}])";
  facts[fact::kRequest] = oauth::render_authorization_request(request);
  facts[fact::kFactors] = json::array{json::object{{"kind", "push"}, {"name", "Phone"}}};
  return shown(facts, "approve");
}

Representation factors_of_account(Facts facts) {
  json::array entries{json::object{{"kind", "password"}}};
  for (const char* kind : {"passkey", "totp", "push", "recovery_codes"}) {
    entries.push_back(json::object{{"factor_id", kind}, {"kind", kind}, {"name", "Ada’s phone"}, {"added_at", 0}});
  }
  facts[fact::kListed] = json::object{{"factors", std::move(entries)}, {"enrolments", json::array{"totp"}}};
  return shown(facts, "account_factors");
}

Representation offers(Facts facts) {
  facts[fact::kReturns] = true;
  facts[fact::kEnrolments] = json::array{"passkey", "totp", "email", "sms", "pin", "push", "recovery_codes"};
  return shown(facts, "choose_enrolment");
}

Representation problem(const Facts& facts) {
  Representation page{
      .type = "problem", .title = text(facts, Text::RequestFailedTitle), .text = text(facts, Text::RequestFailedHelp)};
  page.problem = workflow::Problem{"invalid_request", "The parameter redirect_uri is not registered for this client."};
  return page;
}

std::vector<GalleryPage> gallery(const Language& language) {
  const Facts facts = facts_in(language);
  return {{"password", shown(facts, "password")},
          {"wrong-password", refused(facts)},
          {"choice", choice(facts)},
          {"code", code(facts)},
          {"enrolment", enrolment(facts)},
          {"passkey", passkey(facts)},
          {"browser-step", make_browser_page(facts, passkey(facts))},
          {"browser-return", make_return_page(facts, "https://acme.example", std::string(43, 'n'))},
          {"consent", shown(facts, "consent")},
          {"held", shown(facts, "held")},
          {"notice", shown(facts, "notice")},
          {"waiting", waiting(facts)},
          {"denied", shown(facts, "denied")},
          {"account", account(facts)},
          {"payment", payment(facts)},
          {"factors", factors_of_account(facts)},
          {"offers", offers(facts)},
          {"pin", shown(facts, "pin")},
          {"push", shown(facts, "push")},
          {"problem", problem(facts)}};
}

TEST(PageGallery, EachKindOfPageIsDrawnInEachLanguageAndIsSmall) {
  const Themes themes = test::value_of(Themes::load(std::string(SIGNET_SOURCE_DIR) + "/tests/server/theme"));
  const std::filesystem::path folder = std::string(SIGNET_BINARY_DIR) + "/gallery";
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& name, std::string_view content) {
    std::ofstream(folder / name, std::ios::binary) << content;
  };
  write("signet.css", stylesheet());
  write("signet.js", script());
  const Asset& style = *themes.find_asset(themes.find().stylesheet);
  const Asset& logo = *themes.find_asset(themes.find().logo);
  write("theme.css", style.body);
  write("logo.svg", logo.body);
  for (const Language* language : themes.find().languages) {
    // The theme is looked at where its own language is.
    const bool is_themed = language->is_right_to_left();
    for (GalleryPage& one : gallery(*language)) {
      workflow::address_actions(one.page, "/login/h1",
                                {{.name = "form_token", .type = FieldType::Hidden, .value = std::string(43, 't')}});
      const std::string html = render_html(
          one.page, {.owner = "First Example Bank",
                     .notice = fill(language->text(Text::SiteNotice), {"https://as.example"}),
                     .stylesheet = is_themed ? "theme.css" : "signet.css",
                     .script = "signet.js",
                     .logo = is_themed ? "logo.svg" : "",
                     .language = *language,
                     .choice = {.href = one.page.polling ? "" : "/login/h1", .offered = themes.find().languages}});
      write(one.name + "." + language->tag() + ".html", html);
      EXPECT_LT(html.size() + style.body.size() + logo.body.size() + script().size(), 40U * 1024) << one.name;
    }
  }
}

}  // namespace
}  // namespace signet::server::authn
