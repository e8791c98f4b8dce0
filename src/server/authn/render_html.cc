// The only home of ctemplate. Escaping is automatic and knows its context; no value is marked as safe.
#include "server/authn/render_html.h"

#include <ctemplate/template.h>

#include <mutex>

#include "base/text.h"
#include "server/authn/pages/pages.h"

namespace signet::server::authn {
namespace {

using ctemplate::TemplateDictionary;
using workflow::FieldType;

constexpr char kPage[] = "page.tpl";

void load_template() {
  static std::once_flag once;
  std::call_once(once, [] {
    const std::string_view source = page_template();
    ctemplate::StringToTemplateCache(kPage, source.data(), source.size(), ctemplate::STRIP_WHITESPACE);
  });
}

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

void fill_field(TemplateDictionary& action, const workflow::Field& field, bool& focus, bool has_problem) {
  if (field.type == FieldType::Hidden) {
    TemplateDictionary* hidden = action.AddSectionDictionary("HIDDEN");
    hidden->SetValue("NAME", field.name);
    hidden->SetValue("VALUE", field.value);
    return;
  }
  TemplateDictionary* input = action.AddSectionDictionary("FIELD");
  input->SetValue("NAME", field.name);
  input->SetValue("LABEL", field.label);
  input->SetValue("TYPE", field.type == FieldType::Password ? "password" : "text");
  input->SetValue("VALUE", field.value);
  show(*input, "HAS_AUTOCOMPLETE", "AUTOCOMPLETE", field.autocomplete);
  if (field.max_length != 0) show(*input, "HAS_MAX_LENGTH", "MAX_LENGTH", std::to_string(field.max_length));
  if (field.required) input->ShowSection("REQUIRED");
  if (field.type == FieldType::Username) input->ShowSection("LITERAL_TEXT");
  if (has_problem) input->ShowSection("INVALID");
  // The first empty field gets the focus: with a name filled in, that is the password.
  const bool takes_focus = focus && field.value.empty();
  if (takes_focus) input->ShowSection("FOCUS");
  focus = focus && !takes_focus;
}

void fill_actions(TemplateDictionary& dictionary, const workflow::Representation& page) {
  bool focus = true;
  for (const workflow::Action& action : page.actions) {
    TemplateDictionary* form = dictionary.AddSectionDictionary("ACTION");
    form->SetValue("HREF", action.href);
    form->SetValue("METHOD", to_lower_ascii(action.method));
    form->SetValue("ACTION_NAME", action.name);
    form->SetValue("ACTION_TITLE", action.title);
    form->SetValue("RANK", action.main ? "main" : "other");
    for (const auto& field : action.fields) fill_field(*form, field, focus, page.problem.has_value());
  }
}

void fill_item_actions(TemplateDictionary& entry, const workflow::Group::Item& item) {
  bool focus = false;
  for (const workflow::Action& action : item.actions) {
    TemplateDictionary* form = entry.AddSectionDictionary("ITEM_ACTION");
    form->SetValue("HREF", action.href);
    form->SetValue("METHOD", to_lower_ascii(action.method));
    form->SetValue("ACTION_TITLE", action.title);
    for (const auto& field : action.fields) fill_field(*form, field, focus, false);
  }
}

void fill_groups(TemplateDictionary& dictionary, const workflow::Representation& page) {
  for (const workflow::Group& group : page.groups) {
    TemplateDictionary* section = dictionary.AddSectionDictionary("GROUP");
    section->SetValue("GROUP_NAME", group.name);
    section->SetValue("GROUP_TITLE", group.title);
    if (group.items.empty()) show(*section, "GROUP_EMPTY", "EMPTY_TEXT", group.empty);
    for (const auto& item : group.items) {
      TemplateDictionary* entry = section->AddSectionDictionary("ITEM");
      entry->SetValue("ITEM_TITLE", item.title);
      show(*entry, "ITEM_HAS_TEXT", "ITEM_TEXT", item.text);
      fill_item_actions(*entry, item);
    }
  }
}

void fill_problem(TemplateDictionary& dictionary, const workflow::Representation& page) {
  if (!page.problem) return;
  // A page of its own names the error for the people who run the client; on a form the sentence is enough.
  TemplateDictionary* problem = dictionary.AddSectionDictionary(page.type == "problem" ? "ERROR_PAGE" : "FORM_ERROR");
  problem->SetValue("PROBLEM_TYPE", page.problem->type);
  show(*problem, "PROBLEM_HAS_TEXT", "PROBLEM_TEXT", page.problem->text);
}

void fill_words(TemplateDictionary& dictionary, const workflow::Representation& page) {
  dictionary.SetValue("TITLE", page.title);
  dictionary.SetValue("TYPE", page.type);
  show(dictionary, "HAS_TEXT", "TEXT", page.text);
  show(dictionary, "HAS_ACCOUNT", "ACCOUNT", page.account);
  if (page.party) {
    TemplateDictionary* party = dictionary.AddSectionDictionary("PARTY");
    party->SetValue("PARTY_INITIAL", initial_of(page.party->name));
    party->SetValue("PARTY_NAME", page.party->name);
    show(*party, "PARTY_HAS_HOST", "PARTY_HOST", page.party->host);
  }
  for (const auto& message : page.messages) {
    TemplateDictionary* section = dictionary.AddSectionDictionary("MESSAGE");
    section->SetValue("MESSAGE_TEXT", message.text);
    section->SetValue("MESSAGE_KIND", message.kind == workflow::MessageKind::Error ? "error" : "info");
  }
  for (const auto& link : page.links) {
    TemplateDictionary* section = dictionary.AddSectionDictionary("LINK");
    section->SetValue("LINK_HREF", link.href);
    section->SetValue("LINK_TITLE", link.title);
  }
}

}  // namespace

std::string render_html(const workflow::Representation& page, const PageFrame& frame) {
  load_template();
  TemplateDictionary dictionary("page");
  dictionary.SetValue("OWNER", frame.owner);
  dictionary.SetValue("OWNER_INITIAL", initial_of(frame.owner));
  dictionary.SetValue("NOTICE", frame.notice);
  dictionary.SetValue("STYLESHEET", frame.stylesheet);
  fill_words(dictionary, page);
  fill_problem(dictionary, page);
  fill_groups(dictionary, page);
  fill_actions(dictionary, page);
  std::string html;
  ctemplate::ExpandTemplate(kPage, ctemplate::STRIP_WHITESPACE, &dictionary, &html);
  return html;
}

}  // namespace signet::server::authn
