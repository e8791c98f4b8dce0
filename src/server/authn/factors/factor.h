#pragma once
// A factor of authentication: one file each, with everything it needs to be enrolled, used, recovered and removed.
//
// Its steps: one with the factor's own name where it is used, "enrol_<name>" where it is enrolled. The first leaves on
// "accepted", "other" (another factor, please) and "cancel", the second on "enrolled" and "cancel".

#include <span>

#include "server/authn/proofs.h"
#include "server/authn/step_work.h"
#include "server/authn/texts.h"
#include "workflow/definition.h"

namespace signet::server::authn {

struct Factor {
  std::string_view kind;             ///< of its rows in the store, of its step, and of its proofs
  Text title;                        ///< what a person calls it
  Text description;                  ///< one sentence for the choice
  Text offer;                        ///< the same for who does not have it yet
  std::vector<Category> categories;  ///< what a use of it proves, at best
  bool phishing_resistant = false;
  bool hardware = false;    ///< it can be: an attested key
  bool is_primary = false;  ///< it can begin a login: it says who is there
  /// What it signs can hold a hash of what was shown, so that it can approve a payment: see approval.h.
  bool signs_payload = false;
  bool can_be_enrolled = true;
  std::optional<Text> set_title = {};  ///< what is set up, where that is another word: codes rather than a code
  bool is_reserve = false;             ///< for who loses the others: no login asks for its enrolment
  std::vector<workflow::Step> steps;
  std::vector<EffectHandler> effects;
  /// Can it be offered here at all: is what it depends on configured? Absent: always.
  bool (*is_configured)(const Exchange& exchange) = nullptr;
  /// Can this account use it, given its enrolled rows of this kind? Absent: when there is a row.
  bool (*is_usable)(const store::AccountRecord& account, std::span<const store::FactorRecord> rows) = nullptr;
  /// Can this caller use this row? Absent: every caller can.
  bool (*is_here)(const Exchange& exchange, const store::FactorRecord& row) = nullptr;
};

/// What a person calls what is set up.
[[nodiscard]] inline Text title_of_set(const Factor& factor) {
  return factor.set_title.value_or(factor.title);
}

/// All of them, in the order in which they are offered.
[[nodiscard]] std::span<const Factor* const> factors();
[[nodiscard]] const Factor* find_factor(std::string_view kind);

/// The answer to a factor that was proven: the proof joins the others, and the workflow goes on.
[[nodiscard]] workflow::EffectAnswer accept(const StepWork& work, Proof proof, std::string event = "accepted");
/// The same for a login whose account is known only now. Fails: Unavailable, InvalidClient, Bug
[[nodiscard]] Task<Result<workflow::EffectAnswer>> identify(StepWork& work, const store::AccountRecord& account,
                                                            Proof proof);

/// Adds what is to be learnt to an answer; a null among it stays, since it says what is to be forgotten.
void learn(workflow::EffectAnswer& answer, const workflow::Facts& more);

/// The two actions that every page of a factor has besides its own.
void add_way_out(const workflow::Facts& facts, workflow::Representation& page);

}  // namespace signet::server::authn
