#pragma once
// What a workflow needs done in the world. The engine only names it; the host performs it and reports back.

#include <optional>
#include <string>

#include "base/json.h"
#include "base/secret.h"
#include "workflow/representation.h"

namespace signet::workflow {

/// What an instance knows: a JSON object that survives between requests.
using Facts = json::object;

/// One thing to do, by its name in the host's table.
struct Effect {
  std::string name;
  Facts arguments = {};
  SecretText secret = {};    ///< what the user typed and must not stand among facts
  bool needs_answer = true;  ///< false: nothing comes of it that the workflow could wait for
};

/// What came of an effect: the event to follow, facts learnt on the way, a problem to show. A fact that is null is
/// forgotten. Without event and problem the workflow stays where it is.
struct EffectAnswer {
  std::string event = {};
  Facts facts = {};
  std::optional<Problem> problem = {};
};

}  // namespace signet::workflow
