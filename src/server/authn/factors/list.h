#pragma once
// Every factor there is. A new one is a file, a line here and a line in factors.cc.

#include "server/authn/factors/factor.h"

namespace signet::server::authn {

[[nodiscard]] const Factor& password_factor();
[[nodiscard]] const Factor& totp_factor();
[[nodiscard]] const Factor& email_factor();
[[nodiscard]] const Factor& sms_factor();
[[nodiscard]] const Factor& pin_factor();
[[nodiscard]] const Factor& recovery_codes_factor();
[[nodiscard]] const Factor& passkey_factor();
[[nodiscard]] const Factor& push_factor();

}  // namespace signet::server::authn
