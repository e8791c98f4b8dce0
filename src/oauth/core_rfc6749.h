#pragma once
// The core of OAuth 2: wire errors, the grammar of its values, redirect URIs, token responses. Spec: RFC6749,
// RFC8252-7.3

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/form.h"

namespace signet::oauth {

/// How a refusal looks on the wire: the value of `error` and the HTTP status of a direct (not redirected) answer.
struct WireError {
  std::string_view error;
  int status = 500;
};
/// The one table from error codes to the wire. Statuses are those of the token endpoint; a resource server answers 401
/// to every refused credential (see verify/). Spec: RFC6749-5.2
[[nodiscard]] WireError wire_error(ErrorCode code);
/// The code of a wire name; nothing for a name the house does not know. For clients that read answers.
[[nodiscard]] std::optional<ErrorCode> find_error_code(std::string_view wire_name);

/// {"error":…,"error_description":…}; the description is the public text cut down to the characters of RFC6749-5.2.
[[nodiscard]] std::string render_error(const Error& error);
/// `text` without the characters that error_description may not hold (quotes, backslash, control, beyond ASCII).
[[nodiscard]] std::string make_error_description(std::string_view text);

/// Spec: RFC6749-A
[[nodiscard]] bool is_scope_token(std::string_view text);
[[nodiscard]] bool is_client_id(std::string_view text);  ///< 1 to 255 visible ASCII characters
[[nodiscard]] bool is_state(std::string_view text);      ///< 1 to 4096 characters, visible ASCII or space
[[nodiscard]] bool is_code(std::string_view text);       ///< 1 to 512 visible ASCII characters

/// The words of a scope value, duplicates removed, order kept; at most 100. Fails: InvalidScope. Spec: RFC6749-3.3
[[nodiscard]] Result<std::vector<std::string>> parse_scope(std::string_view text);
[[nodiscard]] bool is_subset(const std::vector<std::string>& part, const std::vector<std::string>& whole);

/// Fails: InvalidRequest. Spec: RFC6749-3.1, RFC6749-3.2
[[nodiscard]] Result<void> check_no_duplicates(const http::Form& form,
                                               std::initializer_list<std::string_view> repeatable = {});

/// Absolute, without fragment, user info, white space or control characters; at most 2048 bytes; never a scheme that a
/// browser executes (javascript, data, ...). http is left to the profile. Fails: InvalidRedirectUri. Spec:
/// RFC6749-3.1.2
[[nodiscard]] Result<void> check_redirect_uri_syntax(std::string_view uri);
/// Exact string comparison, apart from the port of an http loopback address. Spec: RFC9700-2.1, RFC8252-7.3
[[nodiscard]] bool match_redirect_uri(std::string_view registered, std::string_view requested);

/// A successful answer of the token endpoint. Empty members are left out.
struct TokenResponse {
  std::string access_token;
  std::string token_type;  ///< "Bearer" or "DPoP"
  Duration expires_in{};
  std::string refresh_token;
  std::string id_token;
  std::vector<std::string> scope;
  std::string authorization_details;  ///< a JSON array text
};
[[nodiscard]] std::string render_token_response(const TokenResponse& response);
/// Fails: Malformed
[[nodiscard]] Result<TokenResponse> parse_token_response(std::string_view body);

/// What a client reads out of an error body; both empty when the body is not one.
struct ErrorResponse {
  std::string error;
  std::string error_description;
};
[[nodiscard]] ErrorResponse parse_error_response(std::string_view body);

}  // namespace signet::oauth
