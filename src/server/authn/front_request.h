#pragma once
// The authorization request behind a visit of the authorization endpoint: pushed before, or in the query. Spec:
// RFC9126-4, RFC6749-4.1.1

#include <optional>

#include "http/form.h"
#include "oauth/authorization_request.h"
#include "oauth/token_hash.h"
#include "server/context.h"

namespace signet::server::authn {

struct FrontRequest {
  ClientPointer client;
  oauth::AuthorizationRequest request;                    ///< its redirect_uri is the validated one
  std::optional<oauth::TokenHash> request_uri_hash = {};  ///< of a pushed request, which is not consumed yet
  std::optional<std::string> only_subject = {};           ///< the `sub` of the only user who may be answered for
  std::optional<Error> refusal = {};                      ///< a fault that may be told to the client by redirect
};

/// The request, read and not consumed: pages are loaded twice, prefetched and reloaded before anybody has logged in.
/// A failure is one that must not be redirected, because client or redirect URI are not known to be good.
/// Fails: InvalidRequest, InvalidClient, InvalidRedirectUri, InvalidRequestUri, Unavailable
[[nodiscard]] Task<Result<FrontRequest>> load_front_request(Exchange& exchange, http::Form form);

}  // namespace signet::server::authn
