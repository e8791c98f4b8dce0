#pragma once
// The names of the facts a login carries from page to page, with their types.

#include "base/clock.h"
#include "base/json.h"

namespace signet::server::authn::fact {

// About the request, set when the login starts.
inline constexpr std::string_view kRequest = "request";                  ///< text of the stored authorization request
inline constexpr std::string_view kRequestUriHash = "request_uri_hash";  ///< base64url; absent for a plain request
inline constexpr std::string_view kClientName = "client_name";
inline constexpr std::string_view kClientHost = "client_host";
inline constexpr std::string_view kLoginHint = "login_hint";
inline constexpr std::string_view kScope = "scope";                    ///< array
inline constexpr std::string_view kClaims = "claims";                  ///< array of claim names asked for
inline constexpr std::string_view kResource = "resource";              ///< array
inline constexpr std::string_view kDuration = "duration";              ///< milliseconds the access lasts
inline constexpr std::string_view kLasting = "lasting";                ///< bool: it lasts while the user is away
inline constexpr std::string_view kOnlySubject = "only_subject";       ///< `sub` of the id_token_hint
inline constexpr std::string_view kLoginNeeded = "login_needed";       ///< bool
inline constexpr std::string_view kReauthenticate = "reauthenticate";  ///< bool: somebody is signed in already
// About the user, known once somebody is signed in.
inline constexpr std::string_view kAccountId = "account_id";
inline constexpr std::string_view kAccountName = "account_name";          ///< shown on the pages
inline constexpr std::string_view kAuthenticatedAt = "authenticated_at";  ///< milliseconds since the epoch
inline constexpr std::string_view kAcr = "acr";
inline constexpr std::string_view kAmr = "amr";                       ///< array
inline constexpr std::string_view kConsentNeeded = "consent_needed";  ///< bool
inline constexpr std::string_view kConsentAsked = "consent_asked";    ///< bool: the request wants the page in any case
inline constexpr std::string_view kConsented = "consented";           ///< bool: the user has just allowed it
// What was typed on the last page; never stored.
inline constexpr std::string_view kUsername = "username";

[[nodiscard]] bool is_set(const json::object& facts, std::string_view name);
[[nodiscard]] std::vector<std::string> list(const json::object& facts, std::string_view name);
[[nodiscard]] std::int64_t integer(const json::object& facts, std::string_view name);
/// As text; empty when absent.
[[nodiscard]] std::string text(const json::object& facts, std::string_view name);

}  // namespace signet::server::authn::fact
