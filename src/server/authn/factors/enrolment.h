#pragma once
// What every enrolment ends with: the row, the audit record, the notice to the account's owner.

#include <optional>

#include "server/authn/step_work.h"
#include "workflow/definition.h"

namespace signet::server::authn {

/// The optional field in which a person names a factor.
[[nodiscard]] workflow::Field make_name_field(const workflow::Facts& facts);
/// The name that was typed into it: at most 64 characters of text, in one line; empty when it is not that.
[[nodiscard]] std::string find_typed_name(std::string_view typed);

/// At most so many of a kind: a code that is typed is compared with all of them.
inline constexpr std::size_t kMostOfKind = 5;

enum class Enrolment {
  Beside,   ///< others of its kind
  Instead,  ///< of the one of its kind (and lookup hash) that was there before
};

/// Adds a factor to the account that is known, with the step. `factor` says its id, kind, name and what proves it.
/// A problem when there are too many. Fails: Unavailable
[[nodiscard]] Task<Result<std::optional<workflow::Problem>>> add_factor(StepWork& work, store::FactorRecord factor,
                                                                        Enrolment enrolment);

/// Records that a factor was used.
void record_use(StepWork& work, const store::FactorRecord& factor);

}  // namespace signet::server::authn
