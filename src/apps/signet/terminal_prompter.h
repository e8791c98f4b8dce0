#pragma once
// A person at a terminal answers the pages of a login. Pages and questions go to standard error, so that standard
// output stays what the command prints.

#include <string>

#include "client/in_app/prompter.h"

namespace signet::apps {

class TerminalPrompter final : public client::in_app::Prompter {
 public:
  /// `redirect_uri` is told to pages that go on in a browser.
  explicit TerminalPrompter(std::string redirect_uri) : redirect_uri_(std::move(redirect_uri)) {}

  /// Fails: Unavailable (standard input is no terminal, or has ended)
  [[nodiscard]] Result<client::in_app::Answer> ask(const client::in_app::Representation& page,
                                                   const std::optional<client::in_app::Problem>& problem) override;
  /// Never an answer: Ctrl-C ends the wait and the login with it.
  [[nodiscard]] Result<std::optional<client::in_app::Answer>> wait(const client::in_app::Representation& page,
                                                                   Duration interval) override;

 private:
  std::string redirect_uri_;
  std::string shown_;  ///< the text of the page that is waited on
};

}  // namespace signet::apps
