#pragma once
// The authorization request behind a login: as it was when the login started, with its client as it is now.

#include "oauth/authorization_request.h"
#include "oauth/token_hash.h"
#include "server/context.h"
#include "server/pipelines/authorization_request.h"
#include "workflow/effect.h"

namespace signet::server::authn {

struct Asked {
  ClientPointer client;
  oauth::AuthorizationRequest request;
  std::optional<oauth::TokenHash> request_uri_hash = {};

  [[nodiscard]] RequestChannel channel() const {
    return request_uri_hash ? RequestChannel::Pushed : RequestChannel::FrontChannel;
  }
};
/// Nothing may be answered by redirect once the redirect URI has been taken from the client. Fails: InvalidClient (it
/// is gone), InvalidRequest, InvalidRedirectUri (so is the URI), Unavailable, Bug
[[nodiscard]] Task<Result<Asked>> load_asked(Exchange& exchange, const workflow::Facts& facts);

/// Whose request it is; empty when there is none.
[[nodiscard]] std::string client_id_of(const workflow::Facts& facts);
/// Does this login answer an authorization request? Otherwise somebody visits the account pages.
[[nodiscard]] bool is_for_client(const workflow::Facts& facts);

}  // namespace signet::server::authn
