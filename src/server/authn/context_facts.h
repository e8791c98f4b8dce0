#pragma once
// What a policy can look at: the facts about a login, in one table. `signet workflows apply` refuses a rule that
// mentions another one, and docs/policies.md prints it.

#include <span>
#include <string>
#include <string_view>

namespace signet::server::authn {

enum class FactType { Text, Number, Boolean, Texts, Object };

struct ContextFact {
  std::string_view name;  ///< with a dot for what stands inside of another fact
  FactType type;
  std::string_view meaning;
};

[[nodiscard]] std::span<const ContextFact> context_facts();
/// Null: there is none of that name.
[[nodiscard]] const ContextFact* find_context_fact(std::string_view name);

/// The table as it stands in docs/policies.md.
[[nodiscard]] std::string render_context_facts();

}  // namespace signet::server::authn
