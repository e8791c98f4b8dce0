#pragma once
// The parameters of an authorization request as typed values: what PAR stores, what the pipeline checks, what the login
// shows.

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/form.h"

namespace signet::oauth {

/// What `claims` asks for in one place (OIDC-5.5): the names, and those among them that are essential or bound to
/// values.
struct ClaimRequest {
  std::string name;
  bool essential = false;
  std::vector<std::string> values;  ///< of `value` or `values`
  bool operator==(const ClaimRequest&) const = default;
};

struct AuthorizationRequest {
  std::string client_id;
  std::string response_type;
  std::string response_mode;
  std::string redirect_uri;  ///< as it was sent, until select_redirect_uri has taken it
  /// The request had none and `redirect_uri` was filled in, so a token request need not repeat it. Spec: RFC6749-4.1.3
  bool redirect_uri_left_out = false;
  std::optional<std::string> state;
  std::optional<std::string> nonce;
  std::vector<std::string> scope;
  std::vector<std::string> resource;
  std::string code_challenge;
  std::string code_challenge_method;
  std::string dpop_jkt;
  std::vector<std::string> prompt;
  std::optional<Duration> max_age;
  std::vector<std::string> acr_values;
  std::vector<ClaimRequest> id_token_claims;
  std::vector<ClaimRequest> userinfo_claims;
  std::string authorization_details;  ///< canonical JSON of checked objects (rar_rfc9396.h); empty when absent
  std::string login_hint;
  std::string id_token_hint;
  std::vector<std::string> ui_locales;
  std::string display;

  [[nodiscard]] bool asks_for_openid() const;
  bool operator==(const AuthorizationRequest&) const = default;
};

/// Parameters that may stand more than once. Spec: RFC8707-2
inline constexpr std::initializer_list<std::string_view> kRepeatableParameters = {"resource"};

/// Typed values of the form: grammar only, no policy. Unknown parameters are ignored (RFC6749-3.1), repeated ones
/// refused. Fails: InvalidRequest, InvalidScope, InvalidTarget, RequestNotSupported, RequestUriNotSupported,
/// InvalidAuthorizationDetails, with the parameter named
[[nodiscard]] Result<AuthorizationRequest> parse_authorization_request(const http::Form& form);

/// A compact text of the request, and back; only ever read by ourselves. Fails: Malformed
[[nodiscard]] std::string render_authorization_request(const AuthorizationRequest& request);
[[nodiscard]] Result<AuthorizationRequest> parse_stored_authorization_request(std::string_view text);

}  // namespace signet::oauth
