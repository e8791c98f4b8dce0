#include "server/authn/theme_probe.h"

#include "server/authn/render_html.h"

namespace signet::server::authn {
namespace {

using workflow::Action;

/// A value that stands nowhere else, and what is missing when it is not shown.
struct Probe {
  std::string_view value;
  std::string_view meaning;
};
constexpr Probe kProbes[] = {
    {"probe-language-x", "{{LANGUAGE}}"},
    {"/probe-stylesheet", "{{STYLESHEET}}"},
    {"/probe-script", "{{SCRIPT}}"},
    {"probe-owner", "{{OWNER}}"},
    {"probe-notice", "{{NOTICE}}: the address of the site"},
    {"probe-title", "{{TITLE}}"},
    {"probe-text", "{{TEXT}}"},
    {"probe-account", "{{ACCOUNT}}"},
    {"probe-party", "{{PARTY_NAME}}"},
    {"probe-host", "{{PARTY_HOST}}"},
    {"probe-problem", "{{PROBLEM_TEXT}} in {{#FORM_ERROR}}"},
    {"probe-info", "{{MESSAGE_TEXT}} in {{#MESSAGE_PLAIN}}"},
    {"probe-code", "{{MESSAGE_TEXT}} in {{#MESSAGE_CODE}}"},
    {"probe-heading", "{{MESSAGE_TEXT}} in {{#MESSAGE_HEADING}}"},
    {"probe-group", "{{GROUP_TITLE}}"},
    {"probe-empty", "{{EMPTY_TEXT}}"},
    {"probe-item", "{{ITEM_TITLE}}"},
    {"probe-note", "{{ITEM_TEXT}}"},
    {"/probe-main", "{{#BLOCK}}{{#ACTION}}{{>FORM}}"},
    {"/probe-choice", "{{#BLOCK}}{{#CHOICES}}{{#CHOICE}}{{>FORM}}"},
    {"/probe-remove", "{{#ITEM_ACTIONS}}{{#ACTION}}{{>FORM}}"},
    {"/probe-link", "{{#LINK_PATH}}{{LINK_HREF}}"},
    {"https://probe.example", "{{#LINK_WEB}}https:{{LINK_REST}}"},
    {"otpauth://probe", "{{#LINK_OTP}}otpauth:{{LINK_REST}}"},
    {"data:image/png;base64,probe", "{{#PICTURE}}data:image/{{PICTURE_DATA}}"},
};

Action action(std::string name) {
  return {.name = name, .title = name, .href = "/probe-" + name};
}

workflow::Representation everything() {
  Action main = action("main");
  main.operation = workflow::ClientOperation{"webauthn-authentication", {}};
  Action choice = action("choice");
  choice.kind = workflow::kSelectKind;
  workflow::Representation page{.type = "authentication-step", .title = "probe-title", .text = "probe-text"};
  page.party = workflow::Party{"probe-party", "probe-host"};
  page.account = "probe-account";
  page.messages = {{workflow::MessageKind::Info, "probe-info"},
                   {workflow::MessageKind::UserCode, "probe-code"},
                   {workflow::MessageKind::Heading, "probe-heading"}};
  page.problem = workflow::Problem{"probe", "probe-problem"};
  page.groups = {{.name = "a",
                  .title = "probe-group",
                  .items = {{.title = "probe-item", .text = "probe-note", .actions = {action("remove")}}}},
                 {.name = "b", .title = "none", .empty = "probe-empty"}};
  page.actions = {main, choice};
  page.links = {{.rel = "a", .href = "/probe-link", .title = "a"},
                {.rel = "b", .href = "https://probe.example", .title = "b"},
                {.rel = "c", .href = "otpauth://probe", .title = "c"},
                {.rel = "d", .href = "data:image/png;base64,probe", .title = "d", .type = "image/png"}};
  return page;
}

std::unexpected<Error> missing(std::string_view meaning) {
  return fail(ErrorCode::Malformed, "The template of the pages leaves something out.",
              "does not show " + std::string(meaning));
}

}  // namespace

Result<void> probe(const PageTemplate& page_template) {
  static const auto kLanguage = Language::load("probe-language-x", "{}", Language::english());
  if (!kLanguage) return std::unexpected(kLanguage.error());
  const PageFrame frame{.owner = "probe-owner",
                        .notice = "probe-notice",
                        .stylesheet = "/probe-stylesheet",
                        .script = "/probe-script",
                        .language = **kLanguage,
                        .page_template = page_template};
  const std::string html = render_html(everything(), frame);
  for (const Probe& wanted : kProbes) {
    if (!html.contains(wanted.value)) return missing(wanted.meaning);
  }
  const std::string error = render_html(
      {.type = "problem", .title = "t", .problem = workflow::Problem{"probe-type", "probe-problem"}}, frame);
  if (!error.contains("probe-type")) return missing("{{PROBLEM_TYPE}} in {{#ERROR_PAGE}}");
  return {};
}

}  // namespace signet::server::authn
