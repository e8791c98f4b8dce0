#pragma once
// What a page that takes the code of an authenticator app beside something else needs of the factor.

#include "server/authn/proofs.h"
#include "server/authn/step_work.h"

namespace signet::server::authn {

[[nodiscard]] bool has_totp(const std::vector<store::FactorRecord>& rows);
/// The app among the account's factors that shows this code now, as a proof; nothing when none does. With the step the
/// code is used up, and everybody else's submission of it refused. Fails: BadSignature (a row that is not ours)
[[nodiscard]] Result<std::optional<Proof>> use_totp_code(StepWork& work, const std::vector<store::FactorRecord>& rows,
                                                         const SecretText& code);

}  // namespace signet::server::authn
