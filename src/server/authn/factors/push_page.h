#pragma once
// A page that asks the devices of an account and waits: of a login, or of a payment. It shows a number, and only who
// types it into the device can approve, so that nobody approves what he does not see.

#include <variant>

#include "server/authn/step_work.h"
#include "workflow/definition.h"

namespace signet::server::authn {

/// What distinguishes one such page from another.
struct PushPage {
  std::string_view fact;   ///< where its question is remembered
  std::string_view ask;    ///< name of the effect that asks
  std::string_view check;  ///< name of the effect that looks for the answer
};

/// Is there a question, or only a problem?
[[nodiscard]] bool is_asked(const PushPage& its, const workflow::Facts& facts);
/// Adds number, warning and what the page offers beside the ways out; its type is set when it waits.
void add_push_question(const PushPage& its, const workflow::Facts& facts, workflow::Representation& page);
/// Its events: "again" (to itself), and the names of the ways out.
[[nodiscard]] workflow::Reaction submit_push_page(const PushPage& its, const workflow::Facts& facts,
                                                  const workflow::Submission& submission);
/// Who leaves the page takes back a question that waits; who comes to it is asked one, or finds why there is none.
[[nodiscard]] std::optional<workflow::Effect> enter_push_page(const PushPage& its, const workflow::Facts& facts);

/// Asks, and remembers the question or why there is none. `shown` gets who asks from where beside what it holds.
/// Fails: Unavailable
[[nodiscard]] Task<Result<workflow::EffectAnswer>> ask_push(const PushPage& its, StepWork& work, std::string purpose,
                                                            json::object shown);

/// An approval, which the step takes up by a mark, with the device that gave it; the question is to be forgotten.
struct ApprovedPush {
  store::PushChallengeRecord challenge;
  store::FactorRecord device;
};
/// What became of the question; an answer of its own is that of the effect: a problem, nothing yet, or the event
/// "refused" (to the page itself). Fails: Unavailable
[[nodiscard]] Task<Result<std::variant<workflow::EffectAnswer, ApprovedPush>>> check_push(const PushPage& its,
                                                                                          StepWork& work);

/// Takes back a question that nobody waits for any more.
[[nodiscard]] const EffectHandler& withdraw_push_effect();

}  // namespace signet::server::authn
