#pragma once
// What a policy can look at: the facts about a login, in one table. `signet workflows apply` refuses a rule that
// mentions another one, and docs/policies.md prints it.

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/condition.h"

namespace signet::server::authn {

using workflow::FactType;

/// Where facts come from. All but those of the login itself cost a look into the database, or into one of places, and
/// are looked for only where the policy in force mentions one of them.
enum class FactSource { Login, Failures, Place, Device };

struct ContextFact {
  std::string_view name;  ///< with a dot for what stands inside of another fact
  FactType type;
  std::string_view meaning;
  FactSource source = FactSource::Login;
  std::optional<workflow::FactForm::Bounds> bounds = {};  ///< of a number
  bool (*is_possible)(std::string_view text) = nullptr;   ///< of a text; null: any is
  std::string_view possible = {};                         ///< which are, in words
};

[[nodiscard]] std::span<const ContextFact> context_facts();
/// Null: there is none of that name.
[[nodiscard]] const ContextFact* find_context_fact(std::string_view name);

/// Nothing: there is none of that name.
[[nodiscard]] std::optional<workflow::FactForm> find_fact_form(std::string_view name);

/// Where the facts of these names come from.
[[nodiscard]] std::set<FactSource> sources_of(const std::vector<std::string>& names);

/// The table as it stands in docs/policies.md.
[[nodiscard]] std::string render_context_facts();

}  // namespace signet::server::authn
