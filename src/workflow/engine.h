#pragma once
// The login engine: one pure function from an instance and an input to the next instance, effects and a page.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "workflow/definition.h"

namespace signet::workflow {

/// One login on its way. `version` is that of its page: each page can be answered once.
struct Instance {
  std::string definition;
  std::string step;
  std::int64_t version = 0;
  Facts facts = {};
  Instant expires_at{};
};

struct Begin {};  ///< leaves the start
struct Show {};   ///< looks at the current step
using Input = std::variant<Begin, Show, Submission, EffectAnswer>;

struct Outcome {
  Instance instance;
  std::vector<Effect> effects = {};  ///< to perform in order; at most the last one needs an answer
  Representation representation;     ///< empty while an effect of a choice is to be answered
  bool moved =
      false;  ///< another step was entered: `instance` must be stored, and only if the stored version is the old one
  bool stale = false;  ///< the submission stood on an older page and was not looked at
};

/// The next state of a login. Inputs are handled as declared and in no other way: a submission with another version
/// than the instance's shows the current step again; one whose action the current page does not offer is refused.
/// The answer of an effect goes to the instance of the outcome that asked for it.
///
/// Fails: Expired (the instance), InvalidRequest (an action that is not offered), Bug (an event without an edge)
[[nodiscard]] Result<Outcome> advance(const Definition& definition, const Instance& instance, const Input& input,
                                      Instant now);

/// Did the workflow end?
[[nodiscard]] bool is_finished(const Definition& definition, const Instance& instance);

/// Puts what was learnt in the place of what was known; null forgets.
void merge(Facts& facts, const Facts& learnt);

}  // namespace signet::workflow
