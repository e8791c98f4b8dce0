#pragma once
// What the pages and the tokens know of an account.

#include <string>
#include <string_view>

#include "base/json.h"
#include "store/accounts.h"

namespace signet::server::authn {

/// The name a person is greeted by: `name`, else the username.
[[nodiscard]] std::string display_name(const store::AccountRecord& account);

/// What is known of a person, as claims. Fails: Malformed
[[nodiscard]] Result<json::object> claims_of(const store::AccountRecord& account);

/// Does a login_hint mean this account? Its username, or one of its email, phone_number and sub.
[[nodiscard]] bool is_hinted(std::string_view login_hint, const store::AccountRecord& account);

}  // namespace signet::server::authn
