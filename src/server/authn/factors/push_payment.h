#pragma once
// A payment that is approved on a registered device: the device shows it and signs a hash of what it has shown. Spec:
// PSD2-RTS-5.1-2

#include "server/authn/step_work.h"
#include "workflow/definition.h"

namespace signet::server::authn {

/// "approve_push": leaves on "approved", "again" and "refused" (to itself), "other" (to the page of the payment) and
/// "cancel".
[[nodiscard]] const workflow::Step& approve_push_step();
[[nodiscard]] const EffectHandler& ask_push_payment_effect();
[[nodiscard]] const EffectHandler& check_push_payment_effect();

/// Verifies kept evidence again: the device's signature, that it approved, and that what it signed holds `shown`, the
/// text of a ShownPayment. Fails: BadSignature
[[nodiscard]] Result<void> verify_push_evidence(const json::object& evidence, std::string_view shown);

}  // namespace signet::server::authn
