#include "oauth/fapi2_security.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "oauth/core_rfc6749.h"
#include "oauth/pkce_rfc7636.h"

namespace signet::oauth {
namespace {

constexpr std::size_t kMaxNonce = 512;
constexpr std::size_t kMaxState = 4096;

/// RFC8252-7.1: a private-use scheme is a reversed domain name, so it holds a dot.
bool is_private_use_scheme(std::string_view uri) {
  return uri.substr(0, uri.find(':')).find('.') != std::string_view::npos;
}

}  // namespace

Result<void> check_pushed_when_required(RequestChannel channel, const ClientMetadata& client, const Profile& profile) {
  const bool required = profile.require_pushed_authorization_requests || client.require_pushed_authorization_requests;
  if (required && channel != RequestChannel::Pushed) {  // FAPI2-SP-FINAL-5.3.2.2, RFC9126-5, RFC9126-6
    return fail(ErrorCode::InvalidRequest, "The request must be pushed to the pushed authorization request endpoint.");
  }
  return {};
}

Result<void> check_response_type(const AuthorizationRequest& request, const ClientMetadata& client) {
  if (request.response_type.empty()) return fail(ErrorCode::InvalidRequest, "The parameter response_type is missing.");
  if (request.response_type != "code") {  // FAPI2-SP-FINAL-5.3.2.2, RFC9700-2.1.2
    return fail(ErrorCode::UnsupportedResponseType, "The parameter response_type must be code.");
  }
  if (!client.may_use_grant("authorization_code") || !contains(client.response_types, "code")) {
    return fail(ErrorCode::UnauthorizedClient, "The client is not registered for the authorization code grant.");
  }
  return {};
}

Result<void> check_response_mode(const AuthorizationRequest& request) {
  if (!request.response_mode.empty() && request.response_mode != "query") {
    return fail(ErrorCode::InvalidRequest, "The parameter response_mode must be query.");
  }
  return {};
}

Result<void> check_pkce(const AuthorizationRequest& request, const ClientMetadata& client, const Profile& profile) {
  if (request.code_challenge.empty()) {
    // FAPI2-SP-FINAL-5.3.2.2, RFC9700-2.1.1: public clients must use PKCE under every profile
    if (profile.require_pkce || client.is_public()) {
      return fail(ErrorCode::InvalidRequest, "The parameter code_challenge is missing.");
    }
    if (!request.code_challenge_method.empty()) {
      return fail(ErrorCode::InvalidRequest, "The parameter code_challenge_method needs a code_challenge.");
    }
    return {};
  }
  return check_code_challenge(request.code_challenge, request.code_challenge_method);
}

bool is_registered_redirect_uri(std::string_view redirect_uri, const ClientMetadata& client) {
  return std::ranges::any_of(client.redirect_uris, [&](const std::string& registered) {
    return match_redirect_uri(registered, redirect_uri);
  });
}

Result<void> check_redirect_uri_allowed(std::string_view redirect_uri, const Profile& profile) {
  TRY(check_redirect_uri_syntax(redirect_uri));
  const auto url = parse_url(redirect_uri);
  if (url && url->is_https()) return {};
  if (url && url->scheme == "http") {
    if (url->is_loopback()) return {};  // FAPI2-SP-FINAL-5.3.2.2, RFC8252-7.3
    return fail(ErrorCode::InvalidRedirectUri, "The redirect_uri must be https, or http on a loopback address.");
  }
  if (profile.allow_public_clients && is_private_use_scheme(redirect_uri)) return {};
  return fail(ErrorCode::InvalidRedirectUri, "The redirect_uri has a scheme that is not allowed.");
}

Result<std::string> select_redirect_uri(const AuthorizationRequest& request, RequestChannel channel,
                                        const ClientMetadata& client, const Profile& profile) {
  if (request.redirect_uri.empty()) {
    // FAPI2-SP-FINAL-5.3.2.2: it must be in the pushed request; OIDC-3.1.2.1: required with openid
    if (profile.require_pushed_authorization_requests || request.asks_for_openid() ||
        client.redirect_uris.size() != 1) {
      return fail(ErrorCode::InvalidRequest, "The parameter redirect_uri is missing.");
    }
    return client.redirect_uris.front();
  }
  // A registered URI was checked when the client was read under this profile.
  if (contains(client.redirect_uris, request.redirect_uri)) return request.redirect_uri;
  if (auto allowed = check_redirect_uri_allowed(request.redirect_uri, profile); !allowed) {
    allowed.error().code = ErrorCode::InvalidRequest;
    return std::unexpected(std::move(allowed).error());
  }
  // RFC9126-2.4: an authenticated client may push a URI that is not registered, where the profile lets it
  const bool may_be_new =
      !profile.require_registered_redirect_uri && channel == RequestChannel::Pushed && !client.is_public();
  if (!is_registered_redirect_uri(request.redirect_uri, client) && !may_be_new) {  // RFC9700-2.1
    return fail(ErrorCode::InvalidRequest, "The redirect_uri is not registered for this client.");
  }
  return request.redirect_uri;
}

Result<void> check_nonce_and_state(const AuthorizationRequest& request) {
  // FAPI2-SP-FINAL-5.3.2.2: 64 characters must work, longer ones may be refused, none may be cut
  if (request.nonce && request.nonce->size() > kMaxNonce) {
    return fail(ErrorCode::InvalidRequest, "The parameter nonce is longer than 512 characters.");
  }
  if (request.state && request.state->size() > kMaxState) {
    return fail(ErrorCode::InvalidRequest, "The parameter state is longer than 4096 characters.");
  }
  return {};
}

Result<void> check_scope(const AuthorizationRequest& request, const ClientMetadata& client, const Profile& profile) {
  if (request.asks_for_openid() && !profile.openid) {
    return fail(ErrorCode::InvalidScope, "The scope openid is not offered here.");
  }
  if (!is_subset(request.scope, client.scope)) {  // RFC6749-3.3
    return fail(ErrorCode::InvalidScope, "The parameter scope has a value that the client is not registered for.");
  }
  return {};
}

Result<void> check_authorization_request(const AuthorizationRequest& request, RequestChannel channel,
                                         const ClientMetadata& client, const Profile& profile) {
  TRY(check_pushed_when_required(channel, client, profile));
  TRY(check_response_type(request, client));
  TRY(check_response_mode(request));
  TRY(check_pkce(request, client, profile));
  TRY(check_nonce_and_state(request));
  TRY(check_scope(request, client, profile));
  return {};
}

}  // namespace signet::oauth
