#pragma once
// The authorization response: always with its issuer, in success and in failure. Spec: RFC6749-4.1.2, RFC9207-2

#include <optional>
#include <string>
#include <string_view>

#include "http/form.h"

namespace signet::oauth {

/// The redirect of a granted request; `redirect_uri` must be the validated one. `state` is returned only when it was
/// sent.
[[nodiscard]] std::string render_authorization_success(std::string_view redirect_uri, std::string_view issuer,
                                                       std::string_view code, const std::optional<std::string>& state);
/// The redirect of a refused request.
[[nodiscard]] std::string render_authorization_error(std::string_view redirect_uri, std::string_view issuer,
                                                     const Error& error, const std::optional<std::string>& state);

/// What a client learns at its redirect URI: a code, or an error with its description.
struct AuthorizationResponse {
  std::string code;
  std::string error;
  std::string error_description;
};
struct AuthorizationResponseExpectation {
  std::string_view issuer;
  std::optional<std::string> state;  ///< what this browser's request carried
  bool iss_required = true;          ///< authorization_response_iss_parameter_supported
};
/// Checks issuer, then state, before anything else is believed.
/// Fails: InvalidRequest (repeated parameters, other or missing issuer, other state, neither code nor error, both)
[[nodiscard]] Result<AuthorizationResponse> check_authorization_response(
    const http::Form& query, const AuthorizationResponseExpectation& expected);

}  // namespace signet::oauth
