#pragma once
// How a device joins an account: a page shows a code, a device answers to it with its key, and the page that showed it
// takes the device up once its owner has said that it is the right one.

#include "server/authn/step_work.h"
#include "workflow/definition.h"

namespace signet::server::authn {

inline constexpr std::string_view kPush = "push";  ///< kind of the factor, of its rows and its step

/// "enrol_push": leaves on "registered" (to itself, a device has answered), "again" (to itself, with another code),
/// "enrolled" and "cancel".
[[nodiscard]] const workflow::Step& enrol_push_step();
[[nodiscard]] const EffectHandler& begin_push_enrolment_effect();
[[nodiscard]] const EffectHandler& check_push_enrolment_effect();
[[nodiscard]] const EffectHandler& enrol_push_effect();

/// What is stored of a code. Who reads the store cannot answer to it.
[[nodiscard]] Digest256 hash_registration_code(const Exchange& exchange, std::string_view code);

}  // namespace signet::server::authn
