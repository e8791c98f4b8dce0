#include "server/client_auth/client_auth.h"

#include "oauth/core_rfc6749.h"
#include "server/single_use_batch.h"

namespace signet::server {
namespace {

/// RFC6749-2.3.1 secrets are not a method of this server; saying so beats a riddle.
Result<void> refuse_secrets(const Exchange& exchange, const http::Form& form) {
  const bool basic = exchange.request.fields.count("Authorization") != 0;
  if (!basic && !form.find("client_secret")) return {};
  return fail(
      ErrorCode::InvalidClient,
      "Client secrets are not accepted here. Use private_key_jwt, tls_client_auth or self_signed_tls_client_auth.");
}

Result<std::string> claimed_client_id(const http::Form& form,
                                      const std::optional<oauth::UnverifiedAssertion>& assertion) {
  if (assertion) return assertion->client_id;
  const auto client_id = form.find("client_id");
  if (!client_id) return fail(ErrorCode::InvalidClient, "The request has neither client_id nor client_assertion.");
  if (!oauth::is_client_id(*client_id)) return fail(ErrorCode::InvalidClient, "The client_id is malformed.");
  return std::string(*client_id);
}

/// Loads the client and makes sure that its profile still allows its method.
Task<Result<ClientPointer>> load_client(Exchange& exchange) {
  CO_TRY_ASSIGN(ClientPointer client, co_await exchange.context.clients.find(
                                          exchange.issuer.id(), exchange.issuer.profile(), exchange.client_id));
  if (client == nullptr) co_return fail(ErrorCode::InvalidClient, kClientAuthFailed, "unknown client");
  if (!exchange.issuer.profile().allows(client->token_endpoint_auth_method)) {
    co_return fail(ErrorCode::InvalidClient, kClientAuthFailed, "the profile does not allow the registered method");
  }
  co_return client;
}

}  // namespace

Result<void> check_resource_server(const Exchange& exchange) {
  if (exchange.client().is_public()) {  // RFC7662-2.1
    return fail(ErrorCode::InvalidClient, "A public client cannot be a resource server: it has not proven who it is.");
  }
  if (exchange.client().introspection_allowed) return {};
  return fail(ErrorCode::UnauthorizedClient,
              "The client is not registered as a resource server (introspection_allowed).");
}

Task<Result<AuthenticatedClient>> authenticate_client(Exchange& exchange, const http::Form& form) {
  CO_TRY(refuse_secrets(exchange, form));
  CO_TRY_ASSIGN(auto assertion, oauth::parse_client_assertion(form));
  CO_TRY_ASSIGN(exchange.client_id, claimed_client_id(form, assertion));
  CO_TRY_ASSIGN(ClientPointer client, co_await load_client(exchange));

  const auto method = client->token_endpoint_auth_method;
  if (assertion && method != oauth::ClientAuthMethod::PrivateKeyJwt) {
    co_return fail(ErrorCode::InvalidClient, kClientAuthFailed, "assertion from a client of another method");
  }
  AuthenticatedClient caller{.client = client, .assertion = {}};
  switch (method) {
    case oauth::ClientAuthMethod::PrivateKeyJwt: {
      if (!assertion) co_return fail(ErrorCode::InvalidClient, "The parameter client_assertion is missing.");
      CO_TRY_ASSIGN(caller.assertion, co_await authenticate_by_private_key_jwt(exchange, client, *assertion));
      break;
    }
    case oauth::ClientAuthMethod::TlsClientAuth:
      CO_TRY(authenticate_by_tls_client_auth(exchange, *client));
      break;
    case oauth::ClientAuthMethod::SelfSignedTlsClientAuth:
      CO_TRY(co_await authenticate_by_self_signed_tls_client_auth(exchange, client));
      break;
    case oauth::ClientAuthMethod::None:
      break;  // a public client proves nothing here; the profile has allowed that above
  }
  co_return caller;
}

Task<Result<void>> consume_assertion(Exchange& exchange, const AuthenticatedClient& caller) {
  if (!caller.assertion) co_return Result<void>{};
  co_return co_await SingleUseBatch(exchange).commit();
}

}  // namespace signet::server
