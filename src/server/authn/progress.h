#pragma once
// How a login moves: an input is taken as far as it leads without the user, and what came of it is written at once.

#include "server/authn/step_work.h"

namespace signet::server::authn {

/// None: the login must end without asking anything (OIDC-3.1.2.1, prompt=none).
enum class Pages { AsNeeded, None };

/// Starts the workflow `name` with these facts and leads the caller to its first page, or to its end when nothing is
/// asked. Fails: InteractionRequired (there would be a page, and there may be none), Unavailable, Overloaded, Denied,
/// Bug
[[nodiscard]] Task<Result<http::Response>> start_interaction(Exchange& exchange, std::string name,
                                                             workflow::Facts facts, Pages pages = Pages::AsNeeded);

/// Leads a login that may not go on as it is back to its start, with the request and without what was known of the
/// user. Fails: Unavailable, AccessDenied, Bug
[[nodiscard]] Task<Result<http::Response>> begin_again(Exchange& exchange, Interaction interaction);

/// Answers the submission of a page, or of the step that an app's user took in a browser. Fails: InvalidRequest,
/// Expired, AccessDenied, Unavailable, Overloaded, Bug
[[nodiscard]] Task<Result<http::Response>> submit(Exchange& exchange, Interaction interaction);

/// Shows the page of this moment. Fails: Expired, Unavailable, Bug
[[nodiscard]] Task<Result<http::Response>> show(Exchange& exchange, Interaction interaction);
/// The same for who draws it otherwise. Fails: Expired, Unavailable, Bug
[[nodiscard]] Task<Result<workflow::Representation>> load_page(Exchange& exchange, const Interaction& interaction);

}  // namespace signet::server::authn
