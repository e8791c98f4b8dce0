#pragma once
// What a profile demands of an authorization request beyond its grammar. The rules are those of FAPI 2.0; other
// profiles switch some of them off by their row in profile.cc. Spec: FAPI2-SP-FINAL-5.3.2

#include "oauth/authorization_request.h"
#include "oauth/registration_rfc7591.h"

namespace signet::oauth {

/// How a request reached us.
enum class RequestChannel { Pushed, FrontChannel };

/// Fails: InvalidRequest. Spec: FAPI2-SP-FINAL-5.3.2.2, RFC9126-5, RFC9126-6
[[nodiscard]] Result<void> check_pushed_when_required(RequestChannel channel, const ClientMetadata& client,
                                                      const Profile& profile);
/// Fails: UnsupportedResponseType, UnauthorizedClient
[[nodiscard]] Result<void> check_response_type(const AuthorizationRequest& request, const ClientMetadata& client);
/// query or nothing. Fails: InvalidRequest
[[nodiscard]] Result<void> check_response_mode(const AuthorizationRequest& request);
/// S256 wherever a challenge is sent; required by fapi2_security and oauth2, and of public clients by openid.
/// Fails: InvalidRequest
[[nodiscard]] Result<void> check_pkce(const AuthorizationRequest& request, const ClientMetadata& client,
                                      const Profile& profile);
/// One of the client's, character for character; of a loopback address the port may differ. Spec: RFC9700-2.1,
/// RFC8252-7.3
[[nodiscard]] bool is_registered_redirect_uri(std::string_view redirect_uri, const ClientMetadata& client);
/// Syntax and scheme: https, or http on a loopback address, or a private-use scheme where public clients are allowed.
/// Fails: InvalidRedirectUri. Spec: FAPI2-SP-FINAL-5.3.2.2, RFC8252-7
[[nodiscard]] Result<void> check_redirect_uri_allowed(std::string_view redirect_uri, const Profile& profile);
/// The validated redirect URI of a request: the one requested, if registered; the only registered one when none was
/// requested and the profile lets it be left out. Nothing else may ever be redirected to. Fails: InvalidRequest
/// (invalid_redirect_uri is an error of registration only)
[[nodiscard]] Result<std::string> select_redirect_uri(const AuthorizationRequest& request, RequestChannel channel,
                                                      const ClientMetadata& client, const Profile& profile);
/// nonce up to 512 and state up to 4096 characters are kept whole, more is refused, nothing is cut. Fails:
/// InvalidRequest
[[nodiscard]] Result<void> check_nonce_and_state(const AuthorizationRequest& request);
/// Scopes the client registered, and `openid` only where the profile has it. Fails: InvalidScope
[[nodiscard]] Result<void> check_scope(const AuthorizationRequest& request, const ClientMetadata& client,
                                       const Profile& profile);

/// All of the above apart from select_redirect_uri, which must come first: its failure may not be redirected.
[[nodiscard]] Result<void> check_authorization_request(const AuthorizationRequest& request, RequestChannel channel,
                                                       const ClientMetadata& client, const Profile& profile);

}  // namespace signet::oauth
