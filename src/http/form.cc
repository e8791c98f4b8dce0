#include "http/form.h"

#include <algorithm>
#include <span>

#include "base/url.h"

namespace signet::http {
namespace {

constexpr std::size_t kUsualParameters = 12;

std::string_view as_view(std::span<const char> text) {
  return {text.data(), text.size()};
}

}  // namespace

Result<Form> Form::parse(std::string_view text, FormLimits limits) {
  if (text.size() > limits.bytes) return fail(ErrorCode::TooLarge, "The form is too large.");
  Form form;
  form.text_ = std::make_shared_for_overwrite<char[]>(text.size());
  form.parameters_.reserve(kUsualParameters);
  std::span<char> rest(form.text_.get(), text.size());
  std::ranges::copy(text, rest.begin());
  while (!rest.empty()) {
    const std::span<char> pair = rest.first(std::min(as_view(rest).find('&'), rest.size()));
    rest = rest.subspan(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    if (form.parameters_.size() == limits.parameters)
      return fail(ErrorCode::TooLarge, "The form has too many parameters.");
    const std::size_t equals = std::min(as_view(pair).find('='), pair.size());
    TRY_ASSIGN(const std::string_view name, decode_form_value(pair.first(equals)));
    TRY_ASSIGN(const std::string_view value, decode_form_value(pair.subspan(std::min(equals + 1, pair.size()))));
    if (name.size() > limits.name_bytes || value.size() > limits.value_bytes) {
      return fail(ErrorCode::TooLarge, "A form parameter is too long.");
    }
    form.parameters_.push_back({name, value});
  }
  return form;
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  const auto found = std::ranges::find(parameters_, name, &Parameter::name);
  if (found == parameters_.end() || found->value.empty()) return std::nullopt;
  return found->value;
}

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& parameter : parameters_) {
    if (parameter.name == name && !parameter.value.empty()) values.emplace_back(parameter.value);
  }
  return values;
}

std::string_view Form::duplicated(std::initializer_list<std::string_view> repeatable) const {
  for (auto each = parameters_.begin(); each != parameters_.end(); ++each) {
    const bool earlier = std::find_if(parameters_.begin(), each,
                                      [&](const Parameter& other) { return other.name == each->name; }) != each;
    if (earlier && std::ranges::find(repeatable, each->name) == repeatable.end()) return each->name;
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
