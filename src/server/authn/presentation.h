#pragma once
// In which theme and language a login is shown. Both are chosen when it starts; the user can choose another language.

#include <string>
#include <vector>

#include "server/authn/theme.h"
#include "server/context.h"

namespace signet::server::authn {

/// The theme of the login with these facts; without facts that of the issuer.
[[nodiscard]] const Theme& theme_of(const Exchange& exchange, const workflow::Facts& facts);
/// Its language. A login that has not chosen one yet is shown in the one its browser prefers.
[[nodiscard]] const Language& language_of(const Exchange& exchange, const workflow::Facts& facts);

/// Chooses the language of a login that starts: what the user has chosen in this browser before, else what the client
/// asks for, the browser prefers, the operator says. One that is chosen stays.
void choose_locale(const Exchange& exchange, workflow::Facts& facts, const std::vector<std::string>& ui_locales = {});
/// Adds the fact of the moment that `text` needs where an operator has changed the language.
void add_texts(const Exchange& exchange, workflow::Facts& facts);
/// The facts of a page outside of any login.
[[nodiscard]] workflow::Facts facts_outside(const Exchange& exchange);

}  // namespace signet::server::authn
