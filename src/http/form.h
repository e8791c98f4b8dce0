#pragma once
// application/x-www-form-urlencoded, strictly: a name may stand once unless the caller says otherwise. Spec:
// RFC6749-3.1, RFC6749-3.2

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signet::http {

struct FormLimits {
  std::size_t bytes = 64 * 1024;
  std::size_t parameters = 64;
  std::size_t name_bytes = 128;
  std::size_t value_bytes = 32 * 1024;
};

/// The parameters of one form, read from one copy of its text: copies of a Form share it.
class Form {
 public:
  /// A parameter to send.
  struct Entry {
    std::string name;
    std::string value;
  };
  /// A parameter that was read; its views last as long as the Form or a copy of it.
  struct Parameter {
    std::string_view name;
    std::string_view value;
  };

  /// Fails: Malformed (escape, UTF-8, NUL), TooLarge
  [[nodiscard]] static Result<Form> parse(std::string_view text, FormLimits limits = {});

  /// The value, or nothing when absent or empty. Spec: RFC6749-3.1 (a parameter without a value counts as omitted)
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  /// The first name that stands more than once, other than those of `repeatable`; empty when there is none.
  [[nodiscard]] std::string_view duplicated(std::initializer_list<std::string_view> repeatable = {}) const;

 private:
  std::shared_ptr<char[]> text_;  ///< decoded in place; the views point into it
  std::vector<Parameter> parameters_;
};

[[nodiscard]] std::string render_form(const std::vector<Form::Entry>& entries);

}  // namespace signet::http
