#pragma once
// The login engine: a pure function from an instance and an input to the next instance and effects, and another from an
// instance to its page.

#include <cstdint>
#include <optional>
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
using Input = std::variant<Begin, Submission, EffectAnswer>;

struct Outcome {
  Instance instance;
  std::vector<Effect> effects = {};     ///< to perform in order; at most the last one needs an answer
  std::optional<Problem> problem = {};  ///< why it stays where it is, for its page
  bool moved =
      false;  ///< another step was entered: `instance` must be stored, and only if the stored version is the old one
  bool stale = false;  ///< the submission stood on an older page and was not looked at
};

/// The next state of a login. Inputs are handled as declared and in no other way: a submission with another version
/// than the instance's changes nothing; one whose action the current page does not offer is refused. The answer of an
/// effect goes to the instance of the outcome that asked for it.
///
/// Fails: Expired (the instance), InvalidRequest (an action that is not offered), Bug (an event without an edge)
[[nodiscard]] Result<Outcome> advance(const Definition& definition, Instance instance, Input input, Instant now);

/// The page of the current step, with the problem that it stays because of. Fails: Expired, Bug (a choice has no page)
[[nodiscard]] Result<Representation> represent(const Definition& definition, const Instance& instance, Instant now,
                                               std::optional<Problem> problem = {});

/// Did the workflow end?
[[nodiscard]] bool is_finished(const Definition& definition, const Instance& instance);

/// Puts what was learnt in the place of what was known; null forgets.
void merge(Facts& facts, Facts learnt);

}  // namespace signet::workflow
