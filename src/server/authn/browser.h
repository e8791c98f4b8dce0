#pragma once
// What ties a page to the browser it was shown in: cookies, the form token, and where a form was sent from.

#include <optional>
#include <string>
#include <string_view>

#include "server/context.h"

namespace signet::server::authn {

/// The value of the cookie that holds the login session; nothing when it is absent or not of our making.
[[nodiscard]] std::optional<std::string> find_session_cookie(const Exchange& exchange);
/// The value of the cookie that knows this browser again while it logs in.
[[nodiscard]] std::optional<std::string> find_browser_cookie(const Exchange& exchange);

/// Both live until the browser is closed. Over TLS they carry the prefix `__Host-` and are Secure (RFC6265bis-4.1.3.2);
/// plain HTTP exists on loopback only and has neither. An issuer below a path puts its id into the name, because
/// cookies of one host are shared by all its issuers.
void set_session_cookie(const Exchange& exchange, http::Response& response, const std::string& value);
void set_browser_cookie(const Exchange& exchange, http::Response& response, const std::string& value);

/// The token of a form: only who knows both the address of the login and the cookie of its browser can compute it, and
/// it belongs to one version of one page. Nothing of it is stored.
[[nodiscard]] std::string make_form_token(std::string_view browser_cookie, std::string_view handle,
                                          std::int64_t version);

/// Refuses a form that another site sent, as far as the browser says where it came from. Fails: InvalidRequest
[[nodiscard]] Result<void> check_same_origin(const Exchange& exchange);

}  // namespace signet::server::authn
