#pragma once
// Facts that must not stand in clear in the store although a later page shows them: a key that is not confirmed yet,
// codes to print. They are sealed for one login and opened for its pages.

#include <string>
#include <string_view>

#include "server/authn/step_work.h"

namespace signet::server::authn {

/// Facts in which `plain` stands sealed under `name` beside what was sealed before.
[[nodiscard]] workflow::Facts seal_fact(const StepWork& work, std::string_view name, std::string_view plain);
/// Facts without it.
[[nodiscard]] workflow::Facts forget_sealed(const workflow::Facts& facts, std::string_view name);

/// Adds what is sealed, in clear, to the facts of the moment. What cannot be opened is absent.
void open_facts(const Exchange& exchange, std::string_view handle, workflow::Facts& facts);
/// One of them; empty when absent.
[[nodiscard]] std::string find_opened(const workflow::Facts& facts, std::string_view name);

}  // namespace signet::server::authn
