#pragma once
// The choice at the foot of a login's pages: another language for the same step.

#include "server/authn/interaction.h"

namespace signet::server::authn {

/// What the form of the choice has as its `action`.
inline constexpr std::string_view kLanguageAction = "language";

/// Goes on with the login in the language that the field `language` names, and begins every other login of this browser
/// with it until the browser is closed. The login is not moved. Leads back to the page.
/// Fails: InvalidRequest (no language that is offered), Unavailable
[[nodiscard]] Task<Result<http::Response>> take_language(Exchange& exchange, Interaction interaction,
                                                         const workflow::Submission& submission);

}  // namespace signet::server::authn
