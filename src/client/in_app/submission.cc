#include "client/in_app/submission.h"

#include <algorithm>

#include "base/url.h"

namespace signet::client::in_app {
namespace {

using Entries = std::vector<http::Form::Entry>;

std::string default_value(const Field& field) {
  if (field.type != FieldType::Select) return field.value;
  const auto selected = std::ranges::find(field.options, true, &Field::Option::selected);
  if (selected != field.options.end()) return selected->value;
  return field.options.empty() ? std::string() : field.options.front().value;
}

void add_field(Entries& entries, const Field& field, const SecretText* given) {
  if (field.name.empty()) return;
  const bool is_open = field.is_asked() || field.type == FieldType::Context;
  const SecretText* const answer = is_open ? given : nullptr;
  if (field.type == FieldType::Checkbox) {
    const bool is_set = answer != nullptr ? !answer->empty() : field.checked;
    if (is_set) entries.push_back({field.name, field.value.empty() ? "on" : field.value});
    return;
  }
  if (field.type == FieldType::Context && answer == nullptr) return;
  entries.push_back({field.name, answer != nullptr ? answer->reveal() : default_value(field)});
}

std::string render_json_body(const Entries& entries) {
  json::object out;
  for (const auto& [name, value] : entries) out[name] = value;
  return render_json(out);
}

}  // namespace

Result<ApiRequest> make_submission(const Answer& answer) {
  const Action& form = answer.form;
  if (form.form != Template::Form) return fail(ErrorCode::Malformed, "An action of the login is no form.");
  Entries entries;
  for (const auto& field : form.fields) {
    const auto given = answer.values.find(field.name);
    add_field(entries, field, given == answer.values.end() ? nullptr : &given->second);
  }
  ApiRequest request{.method = form.method, .url = form.href};
  if (form.method == "GET") {
    for (const auto& [name, value] : entries) request.url = with_query_parameter(std::move(request.url), name, value);
    return request;
  }
  if (form.method != "POST" && form.method != "PUT") {
    return fail(ErrorCode::Malformed, "A form of the login has an unknown method.");
  }
  const bool is_json = form.media_type == "application/json";
  if (!is_json && form.media_type != "application/x-www-form-urlencoded") {
    return fail(ErrorCode::Malformed, "A form of the login has an unknown media type.");
  }
  request.fields.add("Content-Type", form.media_type);
  request.body = is_json ? render_json_body(entries) : http::render_form(entries);
  return request;
}

}  // namespace signet::client::in_app
