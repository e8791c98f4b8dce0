#pragma once
// Answers for scripts, given before the login begins. What they do not cover goes to another prompter.

#include <string>
#include <utility>
#include <vector>

#include "client/in_app/prompter.h"

namespace signet::client::in_app {

struct Script {
  /// Values of fields by their names. Each is used once: a second try with the same would only lock the account.
  std::vector<std::pair<std::string, SecretText>> answers = {};
  /// Names (or titles) of actions, in the order in which pages offer them.
  std::vector<std::string> choices = {};
};

/// On each page: the next choice of the script if the page offers it, else the one form that the answers fill in. A
/// page that has nothing to fill in needs a choice, so that no consent is given by accident.
class ScriptedPrompter final : public Prompter {
 public:
  /// Needs: `otherwise` outlives it
  ScriptedPrompter(Script script, Prompter& otherwise) : script_(std::move(script)), otherwise_(otherwise) {}

  [[nodiscard]] Result<Answer> ask(const Representation& page, const std::optional<Problem>& problem) override;
  [[nodiscard]] Result<std::optional<Answer>> wait(const Representation& page, Duration interval) override;
  [[nodiscard]] Result<SecretText> open_browser(const std::string& address) override {
    return otherwise_.open_browser(address);
  }

 private:
  [[nodiscard]] const Choice* choose(const Choices& choices);
  [[nodiscard]] bool can_fill(const Action& form) const;
  [[nodiscard]] bool has_answer(std::string_view name) const;
  [[nodiscard]] Answer fill(const Choice& choice);

  Script script_;
  Prompter& otherwise_;
};

}  // namespace signet::client::in_app
