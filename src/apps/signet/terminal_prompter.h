#pragma once
// A person at a terminal answers the pages of a login. Pages and questions go to standard error, so that standard
// output stays what the command prints.

#include <string>

#include "client/in_app/prompter.h"

namespace signet::apps {

class TerminalPrompter final : public client::in_app::Prompter {
 public:
  /// `redirect_uri` is the client's: steps that are taken in a browser come back there. `opens_browser`: their address
  /// is not only printed.
  TerminalPrompter(std::string redirect_uri, bool opens_browser)
      : redirect_uri_(std::move(redirect_uri)), opens_browser_(opens_browser) {}

  /// Fails: Unavailable (standard input is no terminal, or has ended)
  [[nodiscard]] Result<client::in_app::Answer> ask(const client::in_app::Representation& page,
                                                   const std::optional<client::in_app::Problem>& problem) override;
  /// Never an answer: Ctrl-C ends the wait and the login with it.
  [[nodiscard]] Result<std::optional<client::in_app::Answer>> wait(const client::in_app::Representation& page,
                                                                   Duration interval) override;
  /// Empty when the person presses Enter instead, or nothing comes for five minutes.
  /// Fails: InvalidRedirectUri (none on this machine), Unavailable, Malformed (it came back without a nonce)
  [[nodiscard]] Result<SecretText> open_browser(const std::string& address) override;

 private:
  std::string redirect_uri_;
  bool opens_browser_;
  std::string shown_;  ///< the text of the page that is waited on
};

}  // namespace signet::apps
