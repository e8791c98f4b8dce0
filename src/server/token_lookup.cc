#include "server/token_lookup.h"

#include <algorithm>

#include "oauth/access_token_jti.h"
#include "oauth/jwt_access_token_rfc9068.h"

namespace signet::server {
namespace {

/// A token never outlives its grant, and whoever keeps what it is told must know when that is.
Instant end_of(const store::AccessTokenState& state) {
  return state.grant ? std::min(state.token.expires_at, state.grant->expires_at) : state.token.expires_at;
}

KnownToken describe(const Exchange& exchange, const store::AccessTokenState& state) {
  const store::AccessTokenRecord& token = state.token;
  return {.response = {.active = true,
                       .iss = exchange.issuer.url(),
                       .sub = token.subject,
                       .client_id = token.client_id,
                       .username = {},
                       .token_type = std::string(token.confirmation.token_type()),
                       .scope = token.scope,
                       .aud = token.audience,
                       .exp = end_of(state),
                       .iat = token.issued_at,
                       .nbf = {},
                       .jti = oauth::make_access_token_jti(token.grant_id, token.token_hash),
                       .acr = state.grant ? state.grant->acr : "",
                       .amr = state.grant ? state.grant->amr : std::vector<std::string>{},
                       .auth_time = state.grant ? std::optional(state.grant->authenticated_at) : std::nullopt,
                       .cnf = token.confirmation,
                       .authorization_details = token.authorization_details},
          .account_id = token.account_id,
          .grant_id = token.grant_id,
          .token_hash = token.token_hash,
          .jwt = false};
}

Task<Result<KnownToken>> look_up_opaque(Exchange& exchange, const oauth::TokenHash& token_hash) {
  CO_TRY_ASSIGN(const auto state, co_await exchange.context.store.access_tokens.find(token_hash));
  const bool active = state && state->token.issuer == exchange.issuer.id() && state->is_active(exchange.now);
  if (!active) co_return KnownToken{};
  co_return describe(exchange, *state);
}

/// A JWT is ours when one of our published keys signed it as an access token that has not expired.
std::optional<oauth::JwtAccessToken> read_own_jwt(const Exchange& exchange, std::string_view token) {
  const auto jws = jose::UnverifiedJws::parse(token);
  if (!jws || !oauth::check_access_token_header(jws->header(), exchange.issuer.config().signing_algorithms))
    return std::nullopt;
  const auto payload = jws->verify(exchange.issuer.keys()->published);
  if (!payload) return std::nullopt;
  auto claims = oauth::parse_access_token_claims(*payload);
  const bool current = claims && claims->iss == exchange.issuer.url() && exchange.now < claims->exp;
  return current ? std::optional(*std::move(claims)) : std::nullopt;
}

/// Without a grant it is the client that may be gone. One that was registered again under the same name is another.
Task<Result<bool>> has_client(Exchange& exchange, const oauth::JwtAccessToken& token) {
  CO_TRY_ASSIGN(const auto version,
                co_await exchange.context.store.clients.find_version(token.client_id, exchange.issuer.id()));
  co_return version&& to_unix_seconds(version->created_at) <= to_unix_seconds(token.iat);
}

/// Of the token itself, or of the one that a phantom token stands for. Fails: Malformed
Result<oauth::TokenHash> hash_of(const oauth::JwtAccessToken& claims, std::string_view token) {
  if (claims.phantom_of.empty()) return oauth::TokenHash::of(token);
  TRY_ASSIGN(const Bytes bytes, decode_base64url(claims.phantom_of));
  return oauth::TokenHash::from_bytes(bytes);
}

/// Of opaque tokens only; what it is of must have been issued here.
bool is_of_opaque(const oauth::TokenHash& hash) {
  return std::ranges::any_of(hash.bytes().first(oauth::kTimeBytes), [](auto byte) { return byte != 0; });
}

Task<Result<bool>> is_revoked(Exchange& exchange, oauth::TokenHash hash) {
  if (!is_of_opaque(hash)) co_return co_await exchange.context.store.revoked_tokens.contains(hash);
  CO_TRY_ASSIGN(const KnownToken original, co_await look_up_opaque(exchange, hash));
  co_return !original.response.active;
}

/// A JWT carries neither our account id nor its revocation: both are with its grant.
Task<Result<KnownToken>> look_up_jwt(Exchange& exchange, const std::string& token) {
  auto claims = read_own_jwt(exchange, token);
  if (!claims) co_return KnownToken{};
  const auto hash = hash_of(*claims, token);
  if (!hash) co_return KnownToken{};
  CO_TRY_ASSIGN(const bool revoked, co_await is_revoked(exchange, *hash));
  if (revoked) co_return KnownToken{};
  KnownToken known{.response = {},
                   .account_id = {},
                   .grant_id = std::string(oauth::grant_of_jti(claims->jti)),
                   .token_hash = *hash,
                   .jwt = !is_of_opaque(*hash)};
  if (!known.grant_id.empty()) {
    CO_TRY_ASSIGN(const auto grant, co_await exchange.context.store.grants.find(known.grant_id));
    if (!grant || !grant->is_active(exchange.now)) co_return KnownToken{};
    known.account_id = grant->account_id;
    claims->exp = std::min(claims->exp, grant->expires_at);
  } else {
    CO_TRY_ASSIGN(const bool exists, co_await has_client(exchange, *claims));
    if (!exists) co_return KnownToken{};
  }
  known.response = {.active = true,
                    .iss = claims->iss,
                    .sub = claims->sub,
                    .client_id = claims->client_id,
                    .username = {},
                    .token_type = std::string(claims->cnf.token_type()),
                    .scope = claims->scope,
                    .aud = claims->aud,
                    .exp = claims->exp,
                    .iat = claims->iat,
                    .nbf = {},
                    .jti = claims->jti,
                    .acr = claims->acr,
                    .amr = claims->amr,
                    .auth_time = claims->auth_time,
                    .cnf = claims->cnf,
                    .authorization_details = claims->authorization_details};
  co_return known;
}

}  // namespace

Task<Result<KnownToken>> look_up_access_token(Exchange& exchange, std::string token) {
  if (token.find('.') == std::string::npos) co_return co_await look_up_opaque(exchange, oauth::TokenHash::of(token));
  co_return co_await look_up_jwt(exchange, token);
}

}  // namespace signet::server
