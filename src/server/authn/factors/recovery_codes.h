#pragma once
// Recovery codes as the other ways back into an account see them.

#include "base/secret.h"
#include "server/authn/step_work.h"

namespace signet::server::authn {

/// The field for one.
[[nodiscard]] workflow::Field make_recovery_code_field(const workflow::Facts& facts);
/// What was typed, in the form in which codes are compared: hyphens and spaces left out, letters that look like digits
/// read as these. Empty when it cannot be a code.
[[nodiscard]] SecretText find_typed_recovery_code(const workflow::Submission& submission);
[[nodiscard]] workflow::Problem make_enter_recovery_code_problem(const workflow::Facts& facts);

struct SpentRecoveryCode {
  std::string factor_id;
  std::size_t left;  ///< codes that still work
};
/// Spends the code with the step, when it is one of the account's (`rows` are its factors). Of two uses one passes.
[[nodiscard]] std::optional<SpentRecoveryCode> spend_recovery_code(StepWork& work,
                                                                   const std::vector<store::FactorRecord>& rows,
                                                                   const SecretText& code);

}  // namespace signet::server::authn
