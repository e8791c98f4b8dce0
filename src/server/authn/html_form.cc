#include "server/authn/html_form.h"

#include <algorithm>

#include "base/text.h"
#include "server/authn/page_dictionary.h"
#include "server/authn/page_template.h"

namespace signet::server::authn {
namespace {

using workflow::Action;
using workflow::Field;
using workflow::FieldType;

bool is_code(const Field& field) {
  return field.autocomplete == "one-time-code";
}

bool is_pin(const Field& field) {
  return field.type == FieldType::Password && field.kind == "number";
}

std::string input_type(const Field& field) {
  if (field.type == FieldType::Password) return "password";
  // A code may begin with zeros, so a number is a text with a keyboard of digits.
  return field.kind == "email" || field.kind == "tel" ? field.kind : "text";
}

std::string input_mode(const Field& field) {
  if (field.type == FieldType::Password) return is_pin(field) ? "numeric" : std::string();
  if (field.type != FieldType::Text) return {};
  if (field.kind == "number" || (field.kind.empty() && is_code(field))) return "numeric";
  return field.kind == "email" || field.kind == "tel" ? field.kind : std::string();
}

std::string direction(const Field& field) {
  if (field.type == FieldType::Password) return {};
  return field.kind.empty() && !is_code(field) ? "auto" : "ltr";
}

std::string text_if(std::size_t number) {
  return number == 0 ? std::string() : std::to_string(number);
}

/// HTML has no read-only boxes and lists: they are disabled, and what they say is sent by a hidden field.
bool is_sent_hidden(const Field& field) {
  const bool is_box = field.type == FieldType::Checkbox;
  return field.readonly && ((is_box && field.checked) || field.type == FieldType::Select);
}

std::string value_of(const Field& field) {
  if (field.type == FieldType::Checkbox) return field.value.empty() ? "on" : field.value;
  if (field.type != FieldType::Select) return field.value;
  const auto selected = std::ranges::find_if(field.options, &Field::Option::selected);
  if (selected != field.options.end()) return selected->value;
  return field.options.empty() ? std::string() : field.options.front().value;
}

std::string name_of_rank(Rank rank) {
  switch (rank) {
    case Rank::Main:
      return "main";
    case Rank::Other:
      return "other";
    case Rank::Choice:
      return "choice";
    case Rank::Item:
      return "item-form";
  }
  return {};
}

/// What is typed about one entry of a list opens when it is wanted: a list of open forms is no list any more.
bool is_folded(const Action& action, Rank rank) {
  const auto is_seen = [](const Field& field) { return field.type != FieldType::Hidden; };
  return rank == Rank::Item && std::ranges::any_of(action.fields, is_seen);
}

/// All actions of a page, those of its items too.
std::vector<const Action*> all_actions(const workflow::Representation& page) {
  std::vector<const Action*> actions;
  for (const auto& action : page.actions) actions.push_back(&action);
  for (const auto& group : page.groups) {
    for (const auto& item : group.items) {
      for (const auto& action : item.actions) actions.push_back(&action);
    }
  }
  std::erase_if(actions, [](const Action* action) { return !is_drawable(*action); });
  return actions;
}

}  // namespace

void add_hidden(PageDictionary& form, const Field& field) {
  PageDictionary& hidden = form.add_section("HIDDEN");
  hidden.set("NAME", field.name);
  hidden.set("VALUE", value_of(field));
}

bool is_own_path(std::string_view href) {
  // A backslash is a slash to browsers, and they drop control characters before they look.
  const bool is_plain =
      std::ranges::none_of(href, [](char c) { return c == '\\' || (c >= 0 && c <= 0x20) || c == 0x7f; });
  return is_plain && href.starts_with('/') && !href.starts_with("//");
}

bool is_drawable(const Action& action) {
  // The browser is where that operation would lead.
  const bool leaves = action.operation && action.operation->name == workflow::kExternalBrowserFlow;
  return is_own_path(action.href) && !leaves;
}

bool has_operation(const workflow::Representation& page) {
  return std::ranges::any_of(all_actions(page), [](const Action* action) { return action->operation.has_value(); });
}

bool needs_script(const workflow::Representation& page) {
  return page.polling || !all_actions(page).empty();
}

HtmlForms::HtmlForms(const workflow::Representation& page, const Language& language)
    : page_(page), language_(language) {}

std::string HtmlForms::make_id(std::string_view wanted) {
  std::string plain;
  for (const char c : wanted) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    plain.push_back(is_word ? c : '-');
  }
  std::string id = plain;
  for (int count = 2; !ids_.insert(id).second; ++count) id = plain + "-" + std::to_string(count);
  return id;
}

bool HtmlForms::is_wrong(const Field& field) const {
  return page_.problem && (page_.problem->fields.empty() || contains(page_.problem->fields, field.name));
}

/// The first field that was wrong, else the first that is empty: with a name filled in, that is the password.
bool HtmlForms::takes_focus(const Field& field) const {
  if (!is_focus_free_ || field.readonly) return false;
  const bool is_named = page_.problem && !page_.problem->fields.empty();
  return is_named ? is_wrong(field) : field.value.empty();
}

void HtmlForms::fill_common(PageDictionary& element, const Field& field, const std::string& help_id) {
  element.set("NAME", field.name);
  element.set("LABEL", field.label);
  element.set("VALUE", value_of(field));
  element.show_if("REQUIRED", field.required);
  element.show_if("READONLY", field.readonly);
  std::vector<std::string> described_by;
  if (!help_id.empty()) described_by.push_back(help_id);
  if (is_wrong(field)) {
    element.show("INVALID");
    described_by.emplace_back("problem");
  }
  element.show_with("DESCRIBED", "DESCRIBED_BY", join(described_by, " "));
}

void HtmlForms::fill_input(PageDictionary& input, const Field& field, bool may_have_focus) {
  input.set("TYPE", input_type(field));
  input.show_with("HAS_INPUTMODE", "INPUTMODE", input_mode(field));
  input.show_with("HAS_DIRECTION", "FIELD_DIRECTION", direction(field));
  input.show_with("HAS_AUTOCOMPLETE", "AUTOCOMPLETE", field.autocomplete);
  input.show_with("HAS_MIN_LENGTH", "MIN_LENGTH", text_if(field.min_length));
  input.show_with("HAS_MAX_LENGTH", "MAX_LENGTH", text_if(field.max_length));
  input.show_with("HAS_PLACEHOLDER", "PLACEHOLDER", field.placeholder);
  input.show_if("LITERAL_TEXT", field.type == FieldType::Username || is_code(field) || field.kind == "email");
  if (field.type == FieldType::Password) {
    input.show("IS_PASSWORD");
    input.set("SHOW_PASSWORD", std::string(language_.text(is_pin(field) ? Text::ShowPin : Text::ShowPassword)));
    input.set("HIDE_PASSWORD", std::string(language_.text(is_pin(field) ? Text::HidePin : Text::HidePassword)));
  }
  if (!may_have_focus || !takes_focus(field)) return;
  input.show("FOCUS");
  is_focus_free_ = false;
}

void HtmlForms::add_field(PageDictionary& form, const Field& field, bool may_have_focus) {
  if (field.type == FieldType::Hidden) return add_hidden(form, field);
  if (field.type == FieldType::Context) {
    form.add_section("CONTEXT").set("NAME", field.name);
    return;
  }
  PageDictionary& section = form.add_section("FIELD");
  const std::string id = make_id(field.name);
  const std::string help_id = field.help.empty() ? std::string() : make_id(id + "-help");
  section.show_with("HAS_HELP", "HELP", field.help);
  section.set("HELP_ID", help_id);
  const bool is_box = field.type == FieldType::Checkbox;
  const bool is_list = field.type == FieldType::Select;
  PageDictionary& element = section.add_section(is_box ? "CHECKBOX" : is_list ? "SELECT" : "INPUT");
  element.set("ID", id);
  fill_common(element, field, help_id);
  if (is_sent_hidden(field)) add_hidden(form, field);
  if (is_box) return element.show_if("CHECKED", field.checked);
  if (!is_list) return fill_input(element, field, may_have_focus);
  element.show_with("HAS_AUTOCOMPLETE", "AUTOCOMPLETE", field.autocomplete);
  for (const auto& option : field.options) {
    PageDictionary& entry = element.add_section("OPTION");
    entry.set("OPTION_VALUE", option.value);
    entry.set("OPTION_LABEL", option.label);
    entry.show_if("SELECTED", option.selected);
  }
}

void HtmlForms::add_button(PageDictionary& form, const Action& action, Rank rank, const std::string& owner) {
  PageDictionary& button = form.add_section(rank == Rank::Choice ? "CHOICE_BUTTON" : "BUTTON");
  const std::string id = make_id(action.name);
  button.set("BUTTON_ID", id);
  button.set("BUTTON_TITLE", action.title);
  button.show_with("HAS_OWNER", "OWNER_TITLE", owner);
  if (action.text.empty()) return;
  button.show_with("NOTED", "NOTE", action.text);
  button.set("NOTE_ID", make_id(id + "-note"));
}

void HtmlForms::add(PageDictionary& parent, const char* section, const Action& action, Rank rank,
                    const std::string& owner) {
  PageDictionary& entry = parent.add_section(section);
  if (is_folded(action, rank)) {
    entry.set("FOLD_TITLE", action.title);
    entry.set("FOLD_OWNER", owner);
    entry.show("FOLDED");
  }
  PageDictionary& form = entry.add_include("FORM", kFormTemplate);
  form.set("HREF", action.href);
  form.set("METHOD", to_lower_ascii(action.method));
  form.set("RANK", name_of_rank(rank));
  form.show_if("DANGEROUS", action.dangerous);
  if (page_.polling && action.kind == "poll") {
    form.show_with("POLL", "INTERVAL", std::to_string(page_.polling->interval.count()));
  }
  if (action.operation) {
    PageDictionary& operation = form.add_section("OPERATION");
    operation.set("OPERATION_NAME", action.operation->name);
    operation.set("OPERATION_ARGUMENTS", render_json(action.operation->arguments));
    operation.set("OPERATION_FAILED", std::string(language_.text(Text::OperationFailed)));
    operation.set("OPERATION_KNOWN", std::string(language_.text(Text::OperationKnown)));
    operation.set("OPERATION_UNSUPPORTED", std::string(language_.text(Text::OperationUnsupported)));
  }
  const bool may_have_focus = !action.operation && (rank == Rank::Main || rank == Rank::Other);
  for (const auto& field : action.fields) add_field(form, field, may_have_focus);
  add_button(form, action, rank, owner);
}

}  // namespace signet::server::authn
