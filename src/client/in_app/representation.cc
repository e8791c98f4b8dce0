#include "client/in_app/representation.h"

#include <algorithm>

#include "client/scripted_browser.h"

namespace signet::client::in_app {
namespace {

constexpr JsonLimits kLimits{.bytes = 256 * 1024, .depth = 32};
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

std::string text_of(const json::object& object, std::string_view name) {
  return std::string(peek_string(object, name));
}

bool is_true(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

const json::object& object_of(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->as_object() : kNone;
}

/// The objects of an array member, each read by `parse`. Elements of another type are left out.
template <class Parse>
auto list_of(const json::object& object, std::string_view name, const Parse& parse) {
  std::vector<decltype(parse(object))> out;
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return out;
  for (const auto& item : value->as_array()) {
    if (item.is_object()) out.push_back(parse(item.as_object()));
  }
  return out;
}

FieldType parse_field_type(std::string_view type) {
  if (type == "hidden") return FieldType::Hidden;
  if (type == "password") return FieldType::Password;
  if (type == "checkbox") return FieldType::Checkbox;
  if (type == "select") return FieldType::Select;
  if (type == "context") return FieldType::Context;
  return FieldType::Text;
}

Field parse_field(const json::object& object) {
  const auto parse_option = [](const json::object& option) {
    return Field::Option{text_of(option, "value"), text_of(option, "label"), is_true(option, "selected")};
  };
  Field field;
  field.name = text_of(object, "name");
  field.type = parse_field_type(peek_string(object, "type"));
  field.label = text_of(object, "label");
  field.value = text_of(object, "value");
  field.placeholder = text_of(object, "placeholder");
  field.help = text_of(object, "help");
  field.options = list_of(object, "options", parse_option);
  field.required = is_true(object, "required");
  field.checked = is_true(object, "checked");
  field.readonly = is_true(object, "readonly");
  field.autocomplete = text_of(object, "autocomplete");
  return field;
}

Template parse_template(std::string_view name) {
  if (name == "form") return Template::Form;
  if (name == "selector") return Template::Selector;
  return name == "client-operation" ? Template::ClientOperation : Template::Unknown;
}

/// Reads what stands in one document, whose addresses are relative to its own.
class Reader {
 public:
  explicit Reader(std::string_view url) : url_(url) {}

  [[nodiscard]] std::vector<Action> actions(const json::object& object, std::string_view name) const {
    return list_of(object, name, [this](const json::object& item) { return action(item); });
  }
  [[nodiscard]] Representation page(const json::object& object) const {
    Representation out;
    out.properties = object_of(object, "properties");
    out.actions = actions(object, "actions");
    out.links = list_of(object, "links", [this](const json::object& item) { return link(item); });
    out.messages = list_of(object, "messages", message);
    return out;
  }

 private:
  [[nodiscard]] Action action(const json::object& object) const;
  [[nodiscard]] Link link(const json::object& object) const {
    return {text_of(object, "rel"), resolve(peek_string(object, "href")), text_of(object, "title"),
            text_of(object, "type")};
  }
  [[nodiscard]] static Message message(const json::object& object) {
    const auto classes = find_strings(object, "classList");
    const bool has_kind = classes && *classes && !(*classes)->empty();
    return {text_of(object, "text"), has_kind ? (*classes)->front() : "info"};
  }
  /// An address that cannot be resolved stays as it is and is refused by whoever goes there.
  [[nodiscard]] std::string resolve(std::string_view href) const {
    return resolve_url(url_, href).value_or(std::string(href));
  }

  std::string_view url_;
};

Action Reader::action(const json::object& object) const {
  const json::object& model = object_of(object, "model");
  const json::object& properties = object_of(object, "properties");
  Action out;
  out.form = parse_template(peek_string(object, "template"));
  out.kind = text_of(object, "kind");
  out.name = text_of(properties, "name");
  if (out.name.empty()) out.name = text_of(properties, "authenticatorType");
  if (out.name.empty()) out.name = out.kind;
  out.title = text_of(object, "title");
  if (out.title.empty()) out.title = text_of(model, "actionTitle");
  out.text = text_of(properties, "text");
  out.main = is_true(properties, "main");
  out.dangerous = is_true(properties, "dangerous");
  out.href = resolve(peek_string(model, "href"));
  out.method = text_of(model, "method");
  out.media_type = model.contains("type") ? text_of(model, "type") : std::string(kForm);
  out.fields = list_of(model, "fields", parse_field);
  out.options = actions(model, "options");
  out.operation = text_of(model, "name");
  out.arguments = object_of(model, "arguments");
  if (const auto href = peek_string(out.arguments, "href"); !href.empty()) out.address = resolve(href);
  out.error_actions = actions(model, "errorActions");
  out.continue_actions = actions(model, "continueActions");
  return out;
}

}  // namespace

const Link* Representation::find_link(std::string_view rel) const {
  const auto found = std::ranges::find(links, rel, &Link::rel);
  return found == links.end() ? nullptr : &*found;
}

Result<Representation> parse_representation(std::string_view body, std::string_view url) {
  TRY_ASSIGN(const json::object object, parse_json_object(body, kLimits));
  Representation page = Reader(url).page(object);
  page.type = text_of(object, "type");
  if (page.type.empty()) return fail(ErrorCode::Malformed, "The representation has no type.");
  return page;
}

Result<Problem> parse_problem(std::string_view body, std::string_view url) {
  TRY_ASSIGN(json::object object, parse_json_object(body, kLimits));
  Problem problem;
  const std::string type = text_of(object, "type");
  problem.type = type.substr(type.rfind('/') + 1);
  problem.title = text_of(object, "title");
  problem.detail = text_of(object, "detail");
  if (const auto wait = find_integer(object, "retryAfter"); wait && *wait && **wait >= 0 && **wait < 1'000'000) {
    problem.retry_after = seconds{**wait};
  }
  problem.invalid_fields = list_of(object, "invalidFields", [](const json::object& item) {
    return InvalidField{text_of(item, "name"), text_of(item, "detail")};
  });
  problem.page = Reader(url).page(object);
  problem.members = std::move(object);
  return problem;
}

}  // namespace signet::client::in_app
