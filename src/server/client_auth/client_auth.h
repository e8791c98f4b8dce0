#pragma once
// Client authentication: one request, one method, the one the client is registered for. Spec: RFC6749-2.3, RFC8705-2,
// RFC7523-3, FAPI2-SP-FINAL-5.3.2.1

#include "http/form.h"
#include "oauth/assertion_rfc7523.h"
#include "server/context.h"

namespace signet::server {

/// One text for every way in which authentication can fail: which one it was is in the audit record only.
inline constexpr PublicText kClientAuthFailed = "Client authentication failed.";

/// The client of this request. The same public text answers an unknown client and a wrong credential.
/// Fails: InvalidClient, InvalidRequest, Unavailable
[[nodiscard]] Task<Result<AuthenticatedClient>> authenticate_client(Exchange& exchange, const http::Form& form);

/// Only a resource server may ask about tokens: a confidential client registered with introspection_allowed.
/// Needs: the caller is authenticated. Fails: InvalidClient
[[nodiscard]] Result<void> check_resource_server(const Exchange& exchange);

/// Writes the mark of the assertion in a batch of its own, for endpoints that write nothing else.
/// Fails: InvalidClient (replayed), Unavailable
[[nodiscard]] Task<Result<void>> consume_assertion(Exchange& exchange, const AuthenticatedClient& caller);

// One file each:
[[nodiscard]] Task<Result<SingleUse>> authenticate_by_private_key_jwt(Exchange& exchange, ClientPointer client,
                                                                      const oauth::UnverifiedAssertion& assertion);
[[nodiscard]] Result<void> authenticate_by_tls_client_auth(const Exchange& exchange,
                                                           const oauth::ClientMetadata& client);
[[nodiscard]] Task<Result<void>> authenticate_by_self_signed_tls_client_auth(Exchange& exchange, ClientPointer client);

}  // namespace signet::server
