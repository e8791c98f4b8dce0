#pragma once
// Who answers the pages of a login: a person at a terminal, a script, the views of an app.

#include <optional>

#include "client/in_app/choices.h"
#include "client/in_app/submission.h"

namespace signet::client::in_app {

class Prompter {
 public:
  virtual ~Prompter() = default;

  /// One of the page's possible choices (list_choices has at least one), filled in. `problem`: why the last answer did
  /// not go on. Blocks. An error ends the login.
  [[nodiscard]] virtual Result<Answer> ask(const Representation& page, const std::optional<Problem>& problem) = 0;

  /// A page that waits for something to happen elsewhere: shows it and lets `interval` pass. An answer ends the wait
  /// ("cancel"); nothing: the page is asked for again. Blocks.
  [[nodiscard]] virtual Result<std::optional<Answer>> wait(const Representation& page, Duration interval) = 0;

  /// Opens `address` in the user's browser, with one of the client's redirect URIs added to it as `redirect_uri`. What
  /// the browser brings back there as `_resume_nonce`; empty when nothing will come, so that the server takes the step
  /// back and shows the page again. Blocks. Fails: Denied (this program opens no browser)
  [[nodiscard]] virtual Result<SecretText> open_browser(const std::string& address) {
    return fail(ErrorCode::Denied, "This step of the login needs a browser.", address.substr(0, address.find('?')));
  }
};

}  // namespace signet::client::in_app
