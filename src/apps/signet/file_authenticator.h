#pragma once
// An authenticator app that is a file: takes the key off the page that sets it up and fills in its codes.

#include <string>

#include "base/clock.h"
#include "base/secret.h"
#include "client/in_app/prompter.h"

namespace signet::apps {

/// Answers the pages that set up an app, or ask for its code; what it cannot answer goes to another prompter.
class FileAuthenticator final : public client::in_app::Prompter {
 public:
  /// Needs: `clock` and `otherwise` outlive it
  FileAuthenticator(std::string path, const Clock& clock, client::in_app::Prompter& otherwise)
      : path_(std::move(path)), clock_(clock), otherwise_(otherwise) {}

  [[nodiscard]] Result<client::in_app::Answer> ask(const client::in_app::Representation& page,
                                                   const std::optional<client::in_app::Problem>& problem) override;
  [[nodiscard]] Result<std::optional<client::in_app::Answer>> wait(const client::in_app::Representation& page,
                                                                   Duration interval) override {
    return otherwise_.wait(page, interval);
  }
  [[nodiscard]] Result<SecretText> open_browser(const std::string& address) override {
    return otherwise_.open_browser(address);
  }

 private:
  /// A code that was not shown yet. Blocks until there is one, half a minute at most.
  [[nodiscard]] Result<SecretText> next_code();

  std::string path_;
  const Clock& clock_;
  client::in_app::Prompter& otherwise_;
};

}  // namespace signet::apps
