#include "oauth/jwt_access_token_rfc9068.h"

#include <algorithm>

#include "base/text.h"
#include "oauth/claims.h"

namespace signet::oauth {
namespace {

Result<JwtAccessToken> read_required(const jose::Claims& claims) {
  JwtAccessToken token;
  TRY_ASSIGN(token.client_id, find_text(claims.members, "client_id"));
  // RFC9068-2.2
  if (!claims.iss || !claims.sub || claims.aud.empty() || !claims.exp || !claims.iat || !claims.jti ||
      token.client_id.empty()) {
    return fail(ErrorCode::Malformed, "The access token lacks a claim that RFC 9068 requires.");
  }
  token.iss = *claims.iss;
  token.sub = *claims.sub;
  token.aud = claims.aud;
  token.exp = *claims.exp;
  token.iat = *claims.iat;
  token.jti = *claims.jti;
  return token;
}

}  // namespace

std::string render_access_token_claims(const JwtAccessToken& token) {
  JsonWriter writer;
  writer.text("iss", token.iss).text("sub", token.sub);
  write_audience(writer, token.aud);
  writer.text("client_id", token.client_id);
  writer.number("exp", to_unix_seconds(token.exp)).number("iat", to_unix_seconds(token.iat)).text("jti", token.jti);
  writer.text_if("scope", join(token.scope, " "));  // RFC9068-2.2.3
  writer.text_if("acr", token.acr);                 // RFC9068-2.2.1
  write_strings_if(writer, "amr", token.amr);
  write_time_if(writer, "auth_time", token.auth_time);
  write_raw_if(writer, "cnf", token.cnf.render_cnf());
  write_raw_if(writer, "authorization_details", token.authorization_details);
  writer.text_if("phantom_of", token.phantom_of);
  return std::move(writer).take();
}

Result<JwtAccessToken> parse_access_token_claims(std::string_view payload) {
  TRY_ASSIGN(const jose::Claims claims, jose::parse_claims(payload));
  TRY_ASSIGN(JwtAccessToken token, read_required(claims));
  TRY_ASSIGN(const std::string scope, find_text(claims.members, "scope"));
  token.scope = split_words(scope);
  TRY_ASSIGN(token.acr, find_text(claims.members, "acr"));
  TRY_ASSIGN(token.amr, find_list(claims.members, "amr"));
  TRY_ASSIGN(token.auth_time, find_time(claims.members, "auth_time"));
  TRY_ASSIGN(token.cnf, parse_cnf(claims.members));
  TRY_ASSIGN(token.authorization_details, find_object_array_text(claims.members, "authorization_details"));
  TRY_ASSIGN(token.phantom_of, find_text(claims.members, "phantom_of"));
  return token;
}

Result<void> check_access_token_header(const jose::JwsHeader& header,
                                       std::span<const crypto::SignatureAlgorithm> algorithms) {
  if (header.typ != kAccessTokenTyp)
    return fail(ErrorCode::InvalidToken, "The token is not an access token.");  // RFC9068-4, RFC8725-3.12
  if (std::ranges::find(algorithms, header.alg) == algorithms.end()) {
    return fail(ErrorCode::InvalidToken, "The algorithm of the access token is not allowed.");
  }
  return {};
}

Result<void> check_access_token_claims(const JwtAccessToken& token, std::string_view issuer, std::string_view audience,
                                       Instant now, jose::ClockTolerance clock) {
  constexpr auto kCode = ErrorCode::InvalidToken;
  if (token.iss != issuer) return fail(kCode, "The access token is of another issuer.");                // RFC9068-4
  if (!contains(token.aud, audience)) return fail(kCode, "The access token is for another resource.");  // RFC9068-4
  if (token.exp + clock.past <= now) return fail(kCode, "The access token has expired.");               // RFC9068-4
  if (token.iat > now + clock.future) return fail(kCode, "The access token is from the future.");
  return {};
}

}  // namespace signet::oauth
