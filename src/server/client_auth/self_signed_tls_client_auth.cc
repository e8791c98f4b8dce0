// self_signed_tls_client_auth: the certificate itself is registered. Spec: RFC8705-2.2
#include "oauth/mtls_rfc8705.h"
#include "server/client_auth/client_auth.h"
#include "server/client_certificate.h"

namespace signet::server {

Task<Result<void>> authenticate_by_self_signed_tls_client_auth(Exchange& exchange, ClientPointer client) {
  CO_TRY_ASSIGN(const auto presented, find_client_certificate(exchange.request.peer));
  if (presented == nullptr) {
    co_return fail(ErrorCode::InvalidClient,
                   "A client certificate is required: call the endpoint of mtls_endpoint_aliases.");
  }
  CO_TRY_ASSIGN(auto keys, co_await exchange.context.clients.keys(client, false));
  auto fits = oauth::check_self_signed_certificate(*keys, presented->certificate);
  if (!fits && !client->jwks_uri.empty()) {
    CO_TRY_ASSIGN(keys, co_await exchange.context.clients.keys(client, true));
    fits = oauth::check_self_signed_certificate(*keys, presented->certificate);
  }
  if (!fits) co_return fail_as(fits.error(), ErrorCode::InvalidClient, kClientAuthFailed);
  co_return Result<void>{};
}

}  // namespace signet::server
