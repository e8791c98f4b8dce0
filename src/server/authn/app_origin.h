#pragma once
// Web apps that drive a login call the server from their own origin. FAPI 2.0 forbids CORS at the authorization
// endpoint for what a browser opens there, so only the face of apps has it: only where the issuer offers that face, and
// only for the origins of the client whose login it is. Spec: FAPI2-SP-FINAL-5.2.2

#include "server/context.h"

namespace signet::server::authn {

/// The Origin of the request when it is one of the client's that the address names: by `client_id` at the authorization
/// endpoint, by its login below /login. Otherwise empty. Of a preflight it must announce what an app sends.
[[nodiscard]] Task<std::string> find_app_origin(Exchange& exchange);

/// The answer to a preflight from exchange.app_origin.
[[nodiscard]] http::Response make_app_preflight(std::string_view methods);
/// Says who may read the response, and on what it depends.
void add_face_fields(const Exchange& exchange, http::Response& response);

}  // namespace signet::server::authn
