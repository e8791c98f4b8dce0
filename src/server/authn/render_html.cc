// Escaping is automatic and knows its context; no value is marked as safe. The template engine is known here, in
// html_form.cc and in page_template.cc only.
#include "server/authn/render_html.h"

#include <ctemplate/template_dictionary.h>

#include <cctype>

#include "server/authn/html_form.h"

namespace signet::server::authn {
namespace {

using ctemplate::TemplateDictionary;
using workflow::MessageKind;
using workflow::Representation;

constexpr std::string_view kPicture = "data:image/";
constexpr std::string_view kWeb = "https:";
constexpr std::string_view kOneTimePassword = "otpauth:";

void show(TemplateDictionary& dictionary, const char* section, const char* name, const std::string& value) {
  if (!value.empty()) dictionary.SetValueAndShowSection(name, value, section);
}

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
void add_choices(TemplateDictionary& dictionary, const Representation& page, HtmlForms& forms) {
  TemplateDictionary* choices = dictionary.AddSectionDictionary("BLOCK")->AddSectionDictionary("CHOICES");
  for (const auto& action : page.actions) {
    if (action.kind == workflow::kSelectKind && is_drawable(action))
      forms.add(*choices, "CHOICE", action, Rank::Choice);
  }
}

void fill_actions(TemplateDictionary& dictionary, const Representation& page, HtmlForms& forms) {
  bool has_choices = false;
  for (const auto& action : page.actions) {
    if (!is_drawable(action)) continue;
    if (action.kind != workflow::kSelectKind) {
      forms.add(*dictionary.AddSectionDictionary("BLOCK"), "ACTION", action, action.main ? Rank::Main : Rank::Other);
    } else if (!has_choices) {
      add_choices(dictionary, page, forms);
      has_choices = true;
    }
  }
}

void add_item(TemplateDictionary& items, const workflow::Group::Item& item, HtmlForms& forms) {
  TemplateDictionary* entry = items.AddSectionDictionary("ITEM");
  entry->SetValue("ITEM_TITLE", item.title);
  show(*entry, "ITEM_HAS_TEXT", "ITEM_TEXT", item.text);
  if (item.actions.empty()) return;
  TemplateDictionary* actions = entry->AddSectionDictionary("ITEM_ACTIONS");
  for (const auto& action : item.actions) {
    if (is_drawable(action)) forms.add(*actions, "ACTION", action, Rank::Item, item.title);
  }
}

void fill_groups(TemplateDictionary& dictionary, const Representation& page, HtmlForms& forms) {
  for (const workflow::Group& group : page.groups) {
    TemplateDictionary* section = dictionary.AddSectionDictionary("GROUP");
    section->SetValue("GROUP_NAME", group.name);
    section->SetValue("GROUP_ID", forms.make_id("group-" + group.name));
    section->SetValue("GROUP_TITLE", group.title);
    if (group.items.empty()) {
      show(*section, "EMPTY", "EMPTY_TEXT", group.empty);
      continue;
    }
    TemplateDictionary* items = section->AddSectionDictionary("ITEMS");
    for (const auto& item : group.items) add_item(*items, item, forms);
  }
}

void fill_problem(TemplateDictionary& dictionary, const Representation& page) {
  if (!page.problem) return;
  // A page of its own names the error for the people who run the client; on a form the sentence is enough.
  TemplateDictionary* problem = dictionary.AddSectionDictionary(page.type == "problem" ? "ERROR_PAGE" : "FORM_ERROR");
  problem->SetValue("PROBLEM_TYPE", page.problem->type);
  show(*problem, "PROBLEM_HAS_TEXT", "PROBLEM_TEXT", page.problem->text);
}

void fill_messages(TemplateDictionary& dictionary, const Representation& page) {
  for (const auto& message : page.messages) {
    const bool is_heading = message.kind == MessageKind::Heading;
    const bool is_code = message.kind == MessageKind::UserCode;
    TemplateDictionary* section =
        dictionary.AddSectionDictionary("MESSAGE")->AddSectionDictionary(is_heading ? "MESSAGE_HEADING"
                                                                         : is_code  ? "MESSAGE_CODE"
                                                                                    : "MESSAGE_PLAIN");
    section->SetValue("MESSAGE_TEXT", message.text);
    section->SetValue("MESSAGE_KIND", std::string(workflow::name_of(message.kind)));
  }
}

/// The scheme stands in the template, so that a value can never be one.
void fill_links(TemplateDictionary& dictionary, const Representation& page) {
  for (const auto& link : page.links) {
    const std::string_view href = link.href;
    if (link.type.starts_with("image/")) {
      if (!href.starts_with(kPicture)) continue;
      TemplateDictionary* picture = dictionary.AddSectionDictionary("PICTURE");
      picture->SetValue("PICTURE_DATA", std::string(href.substr(kPicture.size())));
      picture->SetValue("PICTURE_TITLE", link.title);
      continue;
    }
    const bool is_web = href.starts_with(kWeb);
    const bool is_otp = href.starts_with(kOneTimePassword);
    if (link.title.empty() || (!is_web && !is_otp && !is_own_path(href))) continue;
    TemplateDictionary* anchor = dictionary.AddSectionDictionary("LINK")->AddSectionDictionary(is_web   ? "LINK_WEB"
                                                                                               : is_otp ? "LINK_OTP"
                                                                                                        : "LINK_PATH");
    anchor->SetValue("LINK_TITLE", link.title);
    anchor->SetValue("LINK_HREF", link.href);
    if (is_web) anchor->SetValue("LINK_REST", std::string(href.substr(kWeb.size())));
    if (is_otp) anchor->SetValue("LINK_REST", std::string(href.substr(kOneTimePassword.size())));
  }
}

void fill_words(TemplateDictionary& dictionary, const Representation& page) {
  dictionary.SetValue("TITLE", page.title);
  dictionary.SetValue("TYPE", page.type);
  show(dictionary, "HAS_VIEW", "VIEW", page.view);
  show(dictionary, "HAS_TEXT", "TEXT", page.text);
  show(dictionary, "HAS_ACCOUNT", "ACCOUNT", page.account);
  if (!page.party) return;
  TemplateDictionary* party = dictionary.AddSectionDictionary("PARTY");
  party->SetValue("PARTY_INITIAL", initial_of(page.party->name));
  party->SetValue("PARTY_NAME", page.party->name);
  show(*party, "PARTY_HAS_HOST", "PARTY_HOST", page.party->host);
}

void fill_frame(TemplateDictionary& dictionary, const Representation& page, const PageFrame& frame) {
  dictionary.SetValue("LANGUAGE", frame.language.tag());
  dictionary.SetValue("DIRECTION", frame.language.is_right_to_left() ? "rtl" : "ltr");
  dictionary.SetValue("OWNER", frame.owner);
  dictionary.SetValue("OWNER_INITIAL", initial_of(frame.owner));
  dictionary.SetValue("NOTICE", frame.notice);
  dictionary.SetValue("STYLESHEET", frame.stylesheet);
  if (frame.logo.empty()) dictionary.ShowSection("HAS_NO_LOGO");
  show(dictionary, "HAS_LOGO", "LOGO", frame.logo);
  if (needs_script(page)) show(dictionary, "HAS_SCRIPT", "SCRIPT", frame.script);
  if (has_operation(page)) {
    show(dictionary, "SCRIPT_NEEDED", "SCRIPT_NEEDED_TEXT", std::string(frame.language.text(Text::ScriptNeeded)));
  }
}

/// A user can only choose what can be read: each language is called by its own name.
void fill_languages(TemplateDictionary& dictionary, const PageFrame& frame) {
  if (frame.choice.href.empty() || frame.choice.offered.size() < 2) return;
  TemplateDictionary* form = dictionary.AddIncludeDictionary("LANGUAGES");
  form->SetFilename(kLanguagesTemplate);
  form->SetValue("LANGUAGES_HREF", std::string(frame.choice.href));
  form->SetValue("LANGUAGES_TITLE", std::string(frame.language.text(Text::LanguageChoice)));
  for (const workflow::Field& field : frame.choice.hidden) add_hidden(*form, field);
  for (const Language* const language : frame.choice.offered) {
    TemplateDictionary* choice = form->AddSectionDictionary("LANGUAGE_CHOICE");
    choice->SetValue("LANGUAGE_TAG", language->tag());
    choice->SetValue("LANGUAGE_NAME", std::string(language->own_name()));
    if (language->tag() == frame.language.tag()) choice->ShowSection("IS_CHOSEN");
  }
}

}  // namespace

std::string render_html(const Representation& page, const PageFrame& frame) {
  TemplateDictionary dictionary("page");
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
