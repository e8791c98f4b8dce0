#include "http/form.h"

#include <algorithm>

#include "base/url.h"

namespace signet::http {
namespace {

constexpr std::size_t kUsualParameters = 12;

}  // namespace

Result<Form> Form::parse(std::string_view text, FormLimits limits) {
  if (text.size() > limits.bytes) return fail(ErrorCode::TooLarge, "The form is too large.");
  Form form;
  form.entries_.reserve(kUsualParameters);
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    if (form.entries_.size() == limits.parameters)
      return fail(ErrorCode::TooLarge, "The form has too many parameters.");
    const auto equals = pair.find('=');
    TRY_ASSIGN(std::string name, decode_form_value(pair.substr(0, equals)));
    std::string value;
    if (equals != std::string_view::npos) {
      TRY_ASSIGN(value, decode_form_value(pair.substr(equals + 1)));
    }
    if (name.size() > limits.name_bytes || value.size() > limits.value_bytes) {
      return fail(ErrorCode::TooLarge, "A form parameter is too long.");
    }
    form.add(std::move(name), std::move(value));
  }
  return form;
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  if (found == entries_.end() || found->value.empty()) return std::nullopt;
  return found->value;
}

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& entry : entries_) {
    if (entry.name == name && !entry.value.empty()) values.push_back(entry.value);
  }
  return values;
}

std::string_view Form::duplicated(std::initializer_list<std::string_view> repeatable) const {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    const bool earlier =
        std::find_if(entries_.begin(), entry, [&](const Entry& other) { return other.name == entry->name; }) != entry;
    if (earlier && std::ranges::find(repeatable, entry->name) == repeatable.end()) return entry->name;
  }
  return {};
}

std::string render_form(const std::vector<Form::Entry>& entries) {
  std::string out;
  for (const auto& entry : entries) {
    if (!out.empty()) out += '&';
    out += encode_form_value(entry.name);
    out += '=';
    out += encode_form_value(entry.value);
  }
  return out;
}

}  // namespace signet::http
