#include "server/issue/phantom_token.h"

#include <algorithm>

#include "oauth/jwt_access_token_rfc9068.h"
#include "oauth/rar_rfc9396.h"

namespace signet::server {

Result<std::string> issue_phantom_token(const Exchange& exchange, const oauth::IntrospectionResponse& token,
                                        const oauth::TokenHash& token_hash, std::vector<std::string> audience,
                                        std::optional<crypto::SignatureAlgorithm> algorithm) {
  if (!token.active || !token.exp || audience.empty())
    return fail(ErrorCode::Bug, "internal error", "a phantom token for nobody");
  const auto keys = exchange.issuer.keys();
  TRY_ASSIGN(const jose::Signer* signer, exchange.issuer.choose_signer(*keys, algorithm, kIntrospectionAlgorithmGone));
  std::string details = oauth::details_for(token.authorization_details, audience);
  const oauth::JwtAccessToken phantom{.iss = exchange.issuer.url(),
                                      .sub = token.sub,
                                      .aud = std::move(audience),
                                      .client_id = token.client_id,
                                      .exp = std::min(*token.exp, exchange.now + kPhantomTokenLifetime),
                                      .iat = token.iat.value_or(exchange.now),
                                      .jti = token.jti,
                                      .scope = token.scope,
                                      .acr = token.acr,
                                      .amr = token.amr,
                                      .auth_time = token.auth_time,
                                      .cnf = token.cnf,
                                      .authorization_details = std::move(details),
                                      .phantom_of = token_hash.to_text()};
  return jose::sign_jws(*signer, oauth::kAccessTokenTyp, oauth::render_access_token_claims(phantom));
}

}  // namespace signet::server
