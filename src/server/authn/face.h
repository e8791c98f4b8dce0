#pragma once
// The two faces of the login: pages for a browser, application/vnd.auth+json for an app. Which one is shown is asked
// for with Accept; who asks for the second must prove that it is the app of a client that may drive logins.
//
//   Accept ─► browser: cookies, form tokens, redirects
//          └► app: token and DPoP proof ─► the key is what cookies are for a browser, and no cookie is looked at

#include "server/context.h"
#include "server/routes.h"

namespace signet::server::authn {

/// Does the request ask for the face of apps, at an issuer that has it? An app that accepts HTML first is a browser.
[[nodiscard]] bool is_app_request(const Exchange& exchange);

/// Runs an endpoint of the login for an app, once it has proven itself; else the response is the refusal.
[[nodiscard]] Task<Result<http::Response>> serve_app(Exchange& exchange, Endpoint endpoint);

/// Is the client whose app proved itself the one whose login this is? Always passes for a browser. Fails: Denied
[[nodiscard]] Result<void> check_own_login(const Exchange& exchange, std::string_view client_id);

}  // namespace signet::server::authn
