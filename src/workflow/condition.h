#pragma once
// A condition on facts as data: what guards an edge and what makes a policy's rule apply.
//
//   {"fact": "payment.amount", "at_least": 1000}      at_least, at_most, more_than, less_than: numbers
//   {"fact": "country", "is": "DE"}                   is, is_not: any scalar
//   {"fact": "country", "in": ["DE", "FR"]}           in, not_in: the fact is one of these
//   {"fact": "scope", "contains": "payments"}         contains, contains_any: the fact is an array
//   {"fact": "hour", "from": 22, "to": 6}             hours (or any numbers) of a range that may wrap; `to` excluded
//   {"fact": "known_device"}                          alone: true, not empty, not zero
//   {"fact": "country", "known": false}               is it known at all?
//   {"all": […]}, {"any": […]}, {"not": …}

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workflow/effect.h"

namespace signet::workflow {

/// What is known of a fact before there is one: its type, between which a number lies, which texts there are.
enum class FactType { Text, Number, Boolean, Texts, Object };
struct FactForm {
  struct Bounds {
    std::int64_t least = 0;
    std::int64_t most = 0;
  };
  FactType type = FactType::Text;
  std::optional<Bounds> bounds = {};
  bool (*is_possible)(std::string_view text) = nullptr;  ///< of a text, or of each in a list; null: any is
  std::string_view possible = {};                        ///< which texts are, in words
};
/// "number" and the like, for documents.
[[nodiscard]] std::string_view name_of(FactType type);
/// Nothing: there is no fact of that name.
using FindFactForm = std::optional<FactForm> (*)(std::string_view name);

class Condition {
 public:
  /// Fails: Malformed, the public text names the member and the rule; at most 8 deep and 64 parts
  [[nodiscard]] static Result<Condition> parse(const json::value& value);

  /// Nothing when it depends on a fact that is absent or of another type. A dot leads into an object: "payment.amount".
  [[nodiscard]] std::optional<bool> evaluate(const Facts& facts) const;
  [[nodiscard]] bool holds(const Facts& facts) const { return evaluate(facts).value_or(false); }
  /// Can each of its tests be answered when its fact is known? One of another type could never be, and would make a
  /// policy's rule apply always. Fails: InvalidRequest, the detail names operator and fact
  [[nodiscard]] Result<void> check_forms(FindFactForm find) const;
  /// In words, for diagrams and reports: `payment.amount at least 1000`.
  [[nodiscard]] std::string describe() const;
  /// Names of the facts it looks at, each once.
  [[nodiscard]] std::vector<std::string> fact_names() const;

 private:
  struct Node;
  explicit Condition(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace signet::workflow
