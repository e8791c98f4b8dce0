#pragma once
// Attempts at guessing a secret: counted, slowed down by throttle.h's rules, cleared by a login that succeeds.
//
// Of guesses that are sent all at once no more are worth anything than of guesses sent one after the other. Where the
// check is slow, the attempt is counted before it; where it costs nothing, what is wrong is counted with its refusal,
// and what is right holds only as long as nobody else has guessed in the meantime, which saves a write.

#include <optional>

#include "server/authn/step_work.h"
#include "server/authn/throttle.h"

namespace signet::server::authn {

enum class Counting { BeforeCheck, WithRefusal };

/// One attempt and what is known of it.
struct Attempt {
  std::string account_id = {};  ///< empty when there is no such account
  GuessingSubjects subjects{};
  std::int64_t earlier_failures = 0;   ///< of the pair of account and address, or of the account's factors
  std::string_view success_fact = {};  ///< where a successful attempt is remembered until the sign-in
  Counting counting = Counting::BeforeCheck;
};

/// An attempt at what a person types as username: the first page of a login.
[[nodiscard]] Attempt make_username_attempt(const StepWork& work, const std::string& username, std::string account_id,
                                            Counting counting = Counting::BeforeCheck);
/// An attempt at a further factor of an account: all of them share one count, so that five failures in a row are five,
/// whatever they were made at and from wherever they came. Spec: PSD2-RTS-4.3-2
[[nodiscard]] Attempt make_factor_attempt(const StepWork& work, const std::string& account_id,
                                          Counting counting = Counting::BeforeCheck);

/// Counts the attempt, or adds the mark by which it counts. A problem when it has to wait, and then it must not be
/// made. Call it before other marks are added. Fails: Unavailable
[[nodiscard]] Task<Result<std::optional<workflow::Problem>>> begin_attempt(StepWork& work, Attempt& attempt);

/// What the user is told of an attempt that failed: the same, whichever factor it was. `reason` is for the audit trail
/// alone. Spec: PSD2-RTS-4.3-1. Fails: Unavailable
[[nodiscard]] Task<Result<workflow::EffectAnswer>> refuse_attempt(StepWork& work, Attempt attempt, std::string factor,
                                                                  std::string reason);
/// The same words for a secret that was right and was used by somebody else at the same moment.
[[nodiscard]] workflow::Problem make_refusal(const workflow::Facts& facts);
[[nodiscard]] workflow::Problem make_busy_problem(const workflow::Facts& facts);

/// Remembers that the counts of this attempt end with a successful sign-in.
[[nodiscard]] workflow::Facts facts_of_success(const Attempt& attempt);

}  // namespace signet::server::authn
