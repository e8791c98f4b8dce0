// Escaping is automatic and knows its context; no value is marked as safe. The template engine is known in
// page_dictionary and in page_template.cc only.
#include "server/authn/render_html.h"

#include <cctype>

#include "server/authn/html_form.h"
#include "server/authn/page_dictionary.h"

namespace signet::server::authn {
namespace {

using workflow::MessageKind;
using workflow::Representation;

constexpr std::string_view kPicture = "data:image/";
constexpr std::string_view kWeb = "https:";
constexpr std::string_view kOneTimePassword = "otpauth:";

/// The first character of a name, whole, for the round sign that stands in for a logo.
std::string initial_of(const std::string& name) {
  if (name.empty()) return "?";
  std::size_t end = 1;
  while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) ++end;
  const std::string first = name.substr(0, end);
  return first.size() == 1 ? std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(first[0]))))
                           : first;
}

/// Alternatives stand together where the first of them stood.
void add_choices(PageDictionary& dictionary, const Representation& page, HtmlForms& forms) {
  PageDictionary& choices = dictionary.add_section("BLOCK").add_section("CHOICES");
  for (const auto& action : page.actions) {
    if (action.kind == workflow::kSelectKind && is_drawable(action)) forms.add(choices, "CHOICE", action, Rank::Choice);
  }
}

void fill_actions(PageDictionary& dictionary, const Representation& page, HtmlForms& forms) {
  bool has_choices = false;
  for (const auto& action : page.actions) {
    if (!is_drawable(action)) continue;
    if (action.kind != workflow::kSelectKind) {
      forms.add(dictionary.add_section("BLOCK"), "ACTION", action, action.main ? Rank::Main : Rank::Other);
    } else if (!has_choices) {
      add_choices(dictionary, page, forms);
      has_choices = true;
    }
  }
}

void add_item(PageDictionary& items, const workflow::Group::Item& item, HtmlForms& forms) {
  PageDictionary& entry = items.add_section("ITEM");
  entry.set("ITEM_TITLE", item.title);
  entry.show_with("ITEM_HAS_TEXT", "ITEM_TEXT", item.text);
  if (item.actions.empty()) return;
  PageDictionary& actions = entry.add_section("ITEM_ACTIONS");
  for (const auto& action : item.actions) {
    if (is_drawable(action)) forms.add(actions, "ACTION", action, Rank::Item, item.title);
  }
}

void fill_groups(PageDictionary& dictionary, const Representation& page, HtmlForms& forms) {
  for (const workflow::Group& group : page.groups) {
    PageDictionary& section = dictionary.add_section("GROUP");
    section.set("GROUP_NAME", group.name);
    section.set("GROUP_ID", forms.make_id("group-" + group.name));
    section.set("GROUP_TITLE", group.title);
    if (group.items.empty()) {
      section.show_with("EMPTY", "EMPTY_TEXT", group.empty);
      continue;
    }
    PageDictionary& items = section.add_section("ITEMS");
    for (const auto& item : group.items) add_item(items, item, forms);
  }
}

void fill_problem(PageDictionary& dictionary, const Representation& page) {
  if (!page.problem) return;
  // A page of its own names the error for the people who run the client; on a form the sentence is enough.
  PageDictionary& problem = dictionary.add_section(page.type == "problem" ? "ERROR_PAGE" : "FORM_ERROR");
  problem.set("PROBLEM_TYPE", page.problem->type);
  problem.show_with("PROBLEM_HAS_TEXT", "PROBLEM_TEXT", page.problem->text);
}

void fill_messages(PageDictionary& dictionary, const Representation& page) {
  for (const auto& message : page.messages) {
    const bool is_heading = message.kind == MessageKind::Heading;
    const bool is_code = message.kind == MessageKind::UserCode;
    PageDictionary& section = dictionary.add_section("MESSAGE").add_section(is_heading ? "MESSAGE_HEADING"
                                                                            : is_code  ? "MESSAGE_CODE"
                                                                                       : "MESSAGE_PLAIN");
    section.set("MESSAGE_TEXT", message.text);
    section.set("MESSAGE_KIND", std::string(workflow::name_of(message.kind)));
  }
}

/// The scheme stands in the template, so that a value can never be one.
void fill_links(PageDictionary& dictionary, const Representation& page) {
  for (const auto& link : page.links) {
    const std::string_view href = link.href;
    if (link.type.starts_with("image/")) {
      if (!href.starts_with(kPicture)) continue;
      PageDictionary& picture = dictionary.add_section("PICTURE");
      picture.set("PICTURE_DATA", std::string(href.substr(kPicture.size())));
      picture.set("PICTURE_TITLE", link.title);
      continue;
    }
    const bool is_web = href.starts_with(kWeb);
    const bool is_otp = href.starts_with(kOneTimePassword);
    if (link.title.empty() || (!is_web && !is_otp && !is_own_path(href))) continue;
    PageDictionary& anchor = dictionary.add_section("LINK").add_section(is_web   ? "LINK_WEB"
                                                                        : is_otp ? "LINK_OTP"
                                                                                 : "LINK_PATH");
    anchor.set("LINK_TITLE", link.title);
    anchor.set("LINK_HREF", link.href);
    if (is_web) anchor.set("LINK_REST", std::string(href.substr(kWeb.size())));
    if (is_otp) anchor.set("LINK_REST", std::string(href.substr(kOneTimePassword.size())));
  }
}

void fill_words(PageDictionary& dictionary, const Representation& page) {
  dictionary.set("TITLE", page.title);
  dictionary.set("TYPE", page.type);
  dictionary.show_with("HAS_VIEW", "VIEW", page.view);
  dictionary.show_with("HAS_TEXT", "TEXT", page.text);
  dictionary.show_with("HAS_ACCOUNT", "ACCOUNT", page.account);
  if (!page.party) return;
  PageDictionary& party = dictionary.add_section("PARTY");
  party.set("PARTY_INITIAL", initial_of(page.party->name));
  party.set("PARTY_NAME", page.party->name);
  party.show_with("PARTY_HAS_HOST", "PARTY_HOST", page.party->host);
}

void fill_frame(PageDictionary& dictionary, const Representation& page, const PageFrame& frame) {
  dictionary.set("LANGUAGE", frame.language.tag());
  dictionary.set("DIRECTION", frame.language.is_right_to_left() ? "rtl" : "ltr");
  dictionary.set("OWNER", frame.owner);
  dictionary.set("OWNER_INITIAL", initial_of(frame.owner));
  dictionary.set("NOTICE", frame.notice);
  dictionary.set("STYLESHEET", frame.stylesheet);
  if (frame.logo.empty()) dictionary.show("HAS_NO_LOGO");
  dictionary.show_with("HAS_LOGO", "LOGO", frame.logo);
  if (needs_script(page)) dictionary.show_with("HAS_SCRIPT", "SCRIPT", frame.script);
  if (has_operation(page)) {
    dictionary.show_with("SCRIPT_NEEDED", "SCRIPT_NEEDED_TEXT", std::string(frame.language.text(Text::ScriptNeeded)));
  }
}

/// A user can only choose what can be read: each language is called by its own name.
void fill_languages(PageDictionary& dictionary, const PageFrame& frame) {
  if (frame.choice.href.empty() || frame.choice.offered.size() < 2) return;
  PageDictionary& form = dictionary.add_include("LANGUAGES", kLanguagesTemplate);
  form.set("LANGUAGES_HREF", std::string(frame.choice.href));
  form.set("LANGUAGES_TITLE", std::string(frame.language.text(Text::LanguageChoice)));
  for (const workflow::Field& field : frame.choice.hidden) add_hidden(form, field);
  for (const Language* const language : frame.choice.offered) {
    PageDictionary& choice = form.add_section("LANGUAGE_CHOICE");
    choice.set("LANGUAGE_TAG", language->tag());
    choice.set("LANGUAGE_NAME", std::string(language->own_name()));
    if (language->tag() == frame.language.tag()) choice.show("IS_CHOSEN");
  }
}

}  // namespace

std::string render_html(const Representation& page, const PageFrame& frame) {
  PageDictionary dictionary;
  HtmlForms forms(page, frame.language);
  fill_frame(dictionary, page, frame);
  fill_languages(dictionary, frame);
  fill_words(dictionary, page);
  fill_problem(dictionary, page);
  fill_messages(dictionary, page);
  fill_links(dictionary, page);
  fill_groups(dictionary, page, forms);
  fill_actions(dictionary, page, forms);
  return frame.page_template.expand(dictionary);
}

}  // namespace signet::server::authn
