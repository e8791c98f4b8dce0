#pragma once
// What a workflow needs done in the world. The engine only names it; the host performs it and reports back.

#include <optional>
#include <string>
#include <variant>

#include "base/json.h"
#include "base/secret.h"
#include "workflow/representation.h"

namespace signet::workflow {

/// What an instance knows: a JSON object that survives between requests.
using Facts = json::object;

/// Is this the password of this user? Answered with "accepted" or "refused".
struct CheckPassword {
  std::string username;
  SecretText password;
};
/// Remember what the user allowed. No answer.
struct RecordConsent {};
/// The workflow succeeded: answer the authorization request with a code. No answer.
struct FinishAuthorization {};
/// The user refused: answer the authorization request with `access_denied`. No answer.
struct RefuseAuthorization {};

using Effect = std::variant<CheckPassword, RecordConsent, FinishAuthorization, RefuseAuthorization>;

/// Does the workflow wait for an answer to this effect?
[[nodiscard]] inline bool needs_answer(const Effect& effect) {
  return std::holds_alternative<CheckPassword>(effect);
}

/// What came of an effect: the event to follow, facts learnt on the way, a problem to show.
struct EffectAnswer {
  std::string event = {};
  Facts facts = {};
  std::optional<Problem> problem = {};
};

}  // namespace signet::workflow
