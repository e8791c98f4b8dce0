#pragma once
// OpenID Connect over OAuth: claims and scopes, the ID token on both ends, pairwise subjects. Spec: OIDC Core

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "jose/jwt.h"
#include "oauth/authorization_request.h"

namespace signet::oauth {

/// The claims that a scope asks for; empty for scopes that ask for none. Spec: OIDC-5.4
[[nodiscard]] std::span<const std::string_view> claims_of_scope(std::string_view scope);

/// The `claims` parameter. Members other than `id_token` and `userinfo` are ignored. Fails: InvalidRequest. Spec:
/// OIDC-5.5
struct ClaimsParameter {
  std::vector<ClaimRequest> id_token;
  std::vector<ClaimRequest> userinfo;
};
[[nodiscard]] Result<ClaimsParameter> parse_claims_parameter(std::string_view text);
[[nodiscard]] const ClaimRequest* find_claim(std::span<const ClaimRequest> claims, std::string_view name);

/// none, login, consent, select_account; `none` stands alone. Fails: InvalidRequest. Spec: OIDC-3.1.2.1
[[nodiscard]] Result<std::vector<std::string>> parse_prompt(std::string_view text);
/// Seconds, at most ten years. Fails: InvalidRequest
[[nodiscard]] Result<Duration> parse_max_age(std::string_view text);

/// The claims of the account a request may see at the userinfo endpoint: those of the granted scopes and those
/// requested by name. `sub` is left to the caller. Spec: OIDC-5.3, OIDC-5.4
[[nodiscard]] json::object filter_userinfo_claims(const json::object& account_claims,
                                                  const std::vector<std::string>& scope,
                                                  std::span<const ClaimRequest> requested);
/// The claims that go into an ID token: only those requested there by name.
[[nodiscard]] json::object filter_id_token_claims(const json::object& account_claims,
                                                  std::span<const ClaimRequest> requested);

struct IdToken {
  std::string iss;
  std::string sub;
  std::string aud;
  Instant exp{};
  Instant iat{};
  std::optional<Instant> auth_time;  ///< set only when max_age, require_auth_time or `claims` asked for it
  std::optional<std::string> nonce;
  std::string acr;
  std::vector<std::string> amr;
  std::string at_hash;
  std::string sid;
  json::object claims;  ///< further claims; members that clash with those above are left out
};
[[nodiscard]] std::string render_id_token_claims(const IdToken& token);

/// Was `auth_time` asked for? Spec: OIDC-2, OIDC-3.1.2.1, OIDC-5.5.1
[[nodiscard]] bool asks_for_auth_time(const AuthorizationRequest& request, bool require_auth_time);

/// Left half of the hash that belongs to `alg`, base64url: at_hash, c_hash, s_hash. Spec: OIDC-3.1.3.6, OIDC-3.3.2.11
[[nodiscard]] std::string left_half_hash(crypto::SignatureAlgorithm alg, std::string_view value);

struct IdTokenExpectation {
  std::string_view issuer;
  std::string_view client_id;
  std::optional<std::string_view> nonce;  ///< what this login sent; a nonce is refused when none was sent
  std::optional<Duration> max_age;
  std::string_view access_token = {};  ///< checked against at_hash when the token has one
  std::span<const crypto::SignatureAlgorithm> algorithms;
  Instant now;
  jose::ClockTolerance clock{};
};
/// The claims of an ID token, signature and all rules checked. Spec: OIDC-3.1.3.7
/// Fails: InvalidToken, Expired, NotYetValid, UnknownKey, BadSignature, UnsupportedAlgorithm, Malformed, TooLarge
[[nodiscard]] Result<jose::Claims> verify_id_token(std::string_view text, const jose::JwkSet& keys,
                                                   const IdTokenExpectation& expected);

/// base64url(HMAC-SHA-256(salt, sector || 0x00 || account_id)). Spec: OIDC-8.1
[[nodiscard]] std::string make_pairwise_subject(const SecretBytes& salt, std::string_view sector,
                                                std::string_view account_id);

}  // namespace signet::oauth
