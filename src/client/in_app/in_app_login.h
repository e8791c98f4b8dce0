#pragma once
// A login without a browser: walks the hypermedia API of one issuer, whatever its workflows are.
//
//   API token (client_credentials, DPoP) ─► pushed request ─► GET authorization endpoint
//        ┌── redirection-step: followed ◄──┤
//        ├── polling-step: waited for ◄────┤   each request: Authorization, DPoP proof, Session-Id
//        └── any other page: Prompter ◄────┤
//                                          └─► oauth-authorization-response ─► Client::finish

#include "client/in_app/prompter.h"
#include "oauth/hypermedia.h"

namespace signet::client::in_app {

struct InAppOptions {
  std::string scope = std::string(oauth::kHypermediaScope);  ///< of the API token
  unsigned max_pages = 64;                                   ///< asked of the prompter
  unsigned max_redirections = 16;                            ///< in a row
  unsigned max_polls = 900;                                  ///< in a row
};

class InAppLogin {
 public:
  /// Needs: `client` and `prompter` outlive it; the client is bound to DPoP keys
  InAppLogin(Client& client, Prompter& prompter, InAppOptions options = {});

  /// Fails: InvalidClientMetadata (a client without DPoP), Denied (a step that needs a browser, a step that leads away
  /// from the issuer), AccessDenied (the server ended the login), Malformed, and as Client::start, Prompter::ask and
  /// Client::finish
  [[nodiscard]] Task<Result<Login>> log_in(LoginRequest request);

 private:
  /// What an answer of the server comes to: another request, or the query of the authorization response.
  struct Next {
    std::optional<ApiRequest> request = {};
    std::string query = {};
  };

  [[nodiscard]] Task<Result<std::string>> walk(Tokens tokens, std::string url);
  [[nodiscard]] Task<Result<http::Response>> send(Tokens tokens, ApiRequest request);
  [[nodiscard]] Result<Next> on_response(const http::Response& response, std::string_view url);
  [[nodiscard]] Result<Next> on_page(Representation page);
  [[nodiscard]] Result<Next> on_problem(Problem problem);
  [[nodiscard]] Result<Next> follow(const Representation& page);
  [[nodiscard]] Result<Next> poll(const Representation& page);
  [[nodiscard]] Result<Next> ask(Representation page, const std::optional<Problem>& problem);
  [[nodiscard]] Result<void> visit_browser(Answer& answer);
  [[nodiscard]] Result<Next> submit(Answer answer);

  Client& client_;
  Prompter& prompter_;
  InAppOptions options_;
  std::string home_;  ///< origin of the issuer
  std::string session_id_;
  std::optional<Representation> page_;  ///< the last one that was asked
  Action last_action_;
  unsigned pages_ = 0;
  unsigned redirections_ = 0;
  unsigned polls_ = 0;
};

}  // namespace signet::client::in_app
