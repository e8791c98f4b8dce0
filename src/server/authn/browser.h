#pragma once
// What ties a login to who started it: the cookies of a browser, the key of an app, the token of a form, and where a
// form was sent from.

#include <optional>
#include <string>
#include <string_view>

#include "oauth/token_hash.h"
#include "server/context.h"

namespace signet::server::authn {

/// The hash of what holds the login session: the value of a cookie, or an app's field Session-Id; nothing when it is
/// absent or not of our making.
[[nodiscard]] std::optional<oauth::SessionHash> find_session_hash(const Exchange& exchange);
/// What a login in progress is bound to: the cookie that knows this browser again, or the app's key.
[[nodiscard]] std::optional<std::string> find_binding(const Exchange& exchange);
/// Did the request bring any cookie of this issuer?
[[nodiscard]] bool has_cookie(const Exchange& exchange);
/// The value of the cookie that knows this browser again for months.
[[nodiscard]] std::optional<std::string> find_device_cookie(const Exchange& exchange);

/// The value of the cookie that says in which language this browser's user wants the pages.
[[nodiscard]] std::optional<std::string> find_language_cookie(const Exchange& exchange);

/// They live until the browser is closed. Over TLS they carry the prefix `__Host-` and are Secure (RFC6265bis-4.1.3.2);
/// plain HTTP exists on loopback only and has neither. An issuer below a path puts its id into the name, because
/// cookies of one host are shared by all its issuers. An app has no cookies: its session is set by Set-Session-Id.
void set_session_cookie(const Exchange& exchange, http::Response& response, const std::string& value);
void clear_session_cookie(const Exchange& exchange, http::Response& response);
void set_browser_cookie(const Exchange& exchange, http::Response& response, const std::string& value);
void set_language_cookie(const Exchange& exchange, http::Response& response, const std::string& tag);
/// Lives for months and is worth nothing but a friendlier login.
void set_device_cookie(const Exchange& exchange, http::Response& response, const std::string& value);

/// "Firefox on Linux": what is kept of this browser or app, for a list of sessions. Said to people by describe_agent.
[[nodiscard]] std::string agent_name(const Exchange& exchange);

/// The token of a form: only who knows both the address of the login and the cookie of its browser can compute it, and
/// it belongs to one version of one page. Nothing of it is stored.
[[nodiscard]] std::string make_form_token(std::string_view binding, std::string_view handle, std::int64_t version);

/// The challenge of a page, for factors that sign one: of this server, this login and this version of its page, so that
/// it is good once and nothing of it is stored. 32 bytes as base64url.
[[nodiscard]] std::string make_challenge(const Exchange& exchange, std::string_view handle, std::int64_t version);

/// A visit that nobody sees: it must not use up what is good once. FAPI2-SP-FINAL-5.3.2.2 (link pre-fetchers)
[[nodiscard]] bool is_speculative(const http::Request& request);

/// Refuses a form that another site sent, as far as the browser says where it came from. Fails: InvalidRequest
[[nodiscard]] Result<void> check_same_origin(const Exchange& exchange);

}  // namespace signet::server::authn
