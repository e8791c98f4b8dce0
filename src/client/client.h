#pragma once
// The relying party. One Client stands for one client_id at one authorization server; it holds no user's state.
//
//   start(request) ─► AuthorizationUrl + PendingLogin     the browser goes to the URL; the PendingLogin stays with that
//        │                                                browser's session
//   finish(callback query, PendingLogin) ─► Login         iss, state, error, code, ID token: all checked or refused
//        │
//   call(tokens, request) · refresh(tokens) · userinfo(tokens) · revoke(token)

#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "client/configuration.h"
#include "client/dpop.h"
#include "client/tokens.h"
#include "jose/jwt.h"
#include "oauth/core_rfc6749.h"
#include "oauth/introspection_rfc7662.h"
#include "oauth/step_up_rfc9470.h"
#include "remote/authorization_server.h"

namespace signet::client {

/// What one login asks for. Empty members fall back to the configuration.
struct LoginRequest {
  std::vector<std::string> scope = {};
  std::vector<std::string> resource = {};
  std::string redirect_uri = {};  ///< a native app's loopback listener knows its port only now
  std::vector<std::string> prompt = {};
  oauth::StepUpDemand step_up = {};  ///< sent as acr_values and max_age; max_age is checked in the ID token
  std::string login_hint = {};
  json::array authorization_details = {};  ///< objects of RFC 9396; pushed like all else
};

/// What must be remembered of a login until its callback, bound to the browser that started it. It is used up by
/// finish().
struct PendingLogin {
  std::string issuer;
  std::string state;
  std::string nonce;  ///< empty without `openid`
  SecretText code_verifier;
  std::string redirect_uri;
  std::vector<std::string> scope;
  std::optional<Duration> max_age;
  std::optional<crypto::PrivateKey> dpop_key;
};

struct StartedLogin {
  std::string authorization_url;  ///< client_id and request_uri, nothing else
  Duration expires_in{};          ///< of the request_uri
  PendingLogin pending;
};

/// A finished login: the tokens and, with OpenID Connect, the verified claims of the ID token.
struct Login {
  Tokens tokens;
  std::optional<jose::Claims> id_token;
};

struct ApiRequest {
  std::string method = "GET";
  std::string url = {};
  http::Fields fields = {};  ///< Authorization and DPoP are set by the client
  std::string body = {};
};

struct ApiResponse {
  http::Response response;
  std::vector<oauth::Challenge> challenges = {};    ///< of a refusal
  std::optional<oauth::StepUpDemand> step_up = {};  ///< the API wants a stronger or fresher login: start one with it
};

class Client {
 public:
  /// Needs: all three outlive it. Fails: as check_client_config
  [[nodiscard]] static Result<std::unique_ptr<Client>> make(ClientConfig config, remote::Transport& transport,
                                                            const Clock& clock, Random& random);

  [[nodiscard]] const ClientConfig& config() const { return config_; }

  /// The server's metadata, checked against the configured issuer.
  [[nodiscard]] Task<Result<remote::MetadataPointer>> metadata() { return server_.metadata(); }

  /// Pushes an authorization request with fresh state, nonce, PKCE verifier and DPoP key.
  /// Spec: RFC9126-2, RFC7636-4.1, RFC9449-10, FAPI2-SP-FINAL-5.3.3.2
  /// Fails: the server's refusal by its code; Unavailable, Timeout, Malformed
  [[nodiscard]] Task<Result<StartedLogin>> start(LoginRequest request);

  /// Redeems the code of an authorization response. `query` is the query of the callback URL, without "?".
  /// Spec: RFC9207-2.4, RFC6749-4.1.3, OIDC-3.1.3.7
  /// Fails: InvalidRequest (other issuer, other state, neither code nor error), the error the server sent, InvalidToken
  /// and the other refusals of oauth::verify_id_token
  [[nodiscard]] Task<Result<Login>> finish(std::string query, PendingLogin pending);

  /// New tokens for the refresh token; a rotated one takes its place, the DPoP key stays. Spec: RFC6749-6, OIDC-12.2
  [[nodiscard]] Task<Result<Tokens>> refresh(Tokens tokens);

  /// A token for the client itself. Spec: RFC6749-4.4
  [[nodiscard]] Task<Result<Tokens>> client_credentials(std::vector<std::string> scope = {},
                                                        std::vector<std::string> resource = {});

  /// The same with this scope alone and for no resource: what in_app::InAppLogin calls the server's own pages with.
  [[nodiscard]] Task<Result<Tokens>> in_app_credentials(std::string scope);

  /// Spec: RFC7009-2.1
  [[nodiscard]] Task<Result<void>> revoke(SecretText token, std::string token_type_hint = {});

  /// Asked as a signed answer, verified with the server's keys; plain JSON is taken only when `accept_json` says so.
  /// Spec: RFC7662-2, RFC9701-4
  [[nodiscard]] Task<Result<oauth::IntrospectionResponse>> introspect(SecretText token, bool accept_json = false);

  /// The claims of the logged-in user. Fails: InvalidToken when they are of another subject (OIDC-5.3.4)
  [[nodiscard]] Task<Result<json::object>> userinfo(Tokens tokens);

  /// Calls a protected resource with the token and the proof it is bound to. Whatever the API answers is a value; one
  /// demand for a DPoP nonce is met by itself. Fails: Denied (no https), Unavailable, Timeout, TooLarge
  [[nodiscard]] Task<Result<ApiResponse>> call(Tokens tokens, ApiRequest request);

  /// The token request of finish() alone, for programs that show what a server refuses.
  [[nodiscard]] Task<Result<oauth::TokenResponse>> redeem(std::string code, std::string redirect_uri,
                                                          SecretText code_verifier,
                                                          std::optional<crypto::PrivateKey> dpop_key);

 private:
  /// One request to an endpoint of the authorization server.
  struct Post {
    std::string url;
    std::vector<http::Form::Entry> form;
    std::optional<crypto::PrivateKey> dpop_key = {};
    std::string accept = "application/json";
  };

  Client(ClientConfig config, remote::Transport& transport, const Clock& clock, Random& random);

  [[nodiscard]] std::string choose(const std::string& endpoint, const std::string& alias) const;
  [[nodiscard]] Task<Result<http::Response>> post(Post post);
  [[nodiscard]] Result<net::OutgoingRequest> make_post(const Post& post);
  [[nodiscard]] Task<Result<oauth::TokenResponse>> request_token(std::vector<http::Form::Entry> form,
                                                                 std::optional<crypto::PrivateKey> dpop_key);
  [[nodiscard]] Task<Result<Tokens>> request_client_token(std::vector<std::string> scope,
                                                          std::vector<std::string> resource);
  [[nodiscard]] Result<Tokens> make_tokens(oauth::TokenResponse response, std::vector<std::string> asked_scope,
                                           std::optional<crypto::PrivateKey> dpop_key) const;
  [[nodiscard]] Task<Result<jose::Claims>> verify_id_token(std::string id_token, std::string access_token,
                                                           std::optional<std::string> nonce,
                                                           std::optional<Duration> max_age);
  [[nodiscard]] Result<PendingLogin> make_pending(const LoginRequest& request);
  [[nodiscard]] Result<std::optional<crypto::PrivateKey>> make_dpop_key() const;
  [[nodiscard]] Result<net::OutgoingRequest> make_call(const Tokens& tokens, const ApiRequest& api_request);

  ClientConfig config_;
  remote::Transport& transport_;
  const Clock& clock_;
  Random& random_;
  remote::AuthorizationServer server_;
  NonceMemory nonces_;
};

/// The refusal in an answer of the authorization server, by its wire code. A code the house does not know is Denied;
/// the server's description stands in the detail.
[[nodiscard]] Error read_refusal(const http::Response& response);

}  // namespace signet::client
