#pragma once
// The end of an authorization request: what the client is told at its redirect URI. A browser carries the address
// there, an app reads the parts.

#include <optional>
#include <string>

#include "oauth/authorization_request.h"

namespace signet::server::authn {

struct ClientAnswer {
  std::string location;  ///< the redirect URI with the response parameters
  std::string issuer;
  std::optional<std::string> state = {};
  std::string code = {};   ///< empty: the request was refused
  std::string error = {};  ///< by its wire name
  std::string error_description = {};
};

/// Spec: RFC6749-4.1.2, RFC9207-2
[[nodiscard]] ClientAnswer make_granted(const std::string& issuer, const oauth::AuthorizationRequest& request,
                                        const std::string& code);
/// Spec: RFC6749-4.1.2.1, RFC9207-2
[[nodiscard]] ClientAnswer make_refused(const std::string& issuer, const oauth::AuthorizationRequest& request,
                                        const Error& error);

}  // namespace signet::server::authn
