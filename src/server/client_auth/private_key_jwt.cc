// private_key_jwt. Spec: RFC7523-3, RFC 10070, OIDC-9, FAPI2-SP-FINAL-5.3.2.1
#include "oauth/replay.h"
#include "server/client_auth/client_auth.h"

namespace signet::server {
namespace {

/// Can it be that the client has rotated and newer keys verify what these do not? A signature need not name its key
/// where there is one only (OIDC-10.1).
bool may_be_rotated(const jose::UnverifiedJws& jws, const Error& error) {
  return error.code == ErrorCode::UnknownKey || (error.code == ErrorCode::BadSignature && jws.header().kid.empty());
}

/// Verifies with the keys at hand, and once more with fresh ones when the client has rotated behind its jwks_uri.
Task<Result<void>> verify_signature(Exchange& exchange, ClientPointer client,
                                    const oauth::UnverifiedAssertion& assertion) {
  CO_TRY_ASSIGN(auto keys, co_await exchange.context.clients.keys(client, false));
  auto payload = assertion.jws.verify(*keys);
  if (!payload && may_be_rotated(assertion.jws, payload.error()) && !client->jwks_uri.empty()) {
    CO_TRY_ASSIGN(keys, co_await exchange.context.clients.keys(client, true));
    payload = assertion.jws.verify(*keys);
  }
  if (!payload) co_return fail_as(payload.error(), ErrorCode::InvalidClient, kClientAuthFailed);
  co_return Result<void>{};
}

}  // namespace

Task<Result<SingleUse>> authenticate_by_private_key_jwt(Exchange& exchange, ClientPointer client,
                                                        const oauth::UnverifiedAssertion& assertion) {
  const std::string endpoint = exchange.public_url();
  const std::array<std::string_view, 1> endpoints = {endpoint};
  const oauth::AssertionExpectation expected{.client_id = client->client_id,
                                             .issuer = exchange.issuer.url(),
                                             .endpoint_urls = endpoints,
                                             .profile = exchange.issuer.profile(),
                                             .registered_alg = client->token_endpoint_auth_signing_alg,
                                             .now = exchange.now};
  CO_TRY_ASSIGN(const oauth::AssertionReplay replay, oauth::check_client_assertion_claims(assertion, expected));
  CO_TRY(co_await verify_signature(exchange, client, assertion));
  const Digest256 hash = oauth::replay_hash(oauth::ReplayKind::ClientAssertion, exchange.issuer.url(),
                                            client->client_id, replay.jti, replay.until);
  co_return SingleUse{.hash = hash};
}

}  // namespace signet::server
