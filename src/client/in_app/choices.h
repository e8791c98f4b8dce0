#pragma once
// What a program without WebAuthn can do on a page, as one flat list.

#include <string>
#include <string_view>
#include <vector>

#include "client/in_app/representation.h"

namespace signet::client::in_app {

struct Choice {
  std::string name;
  std::string title;
  std::string text;
  bool main = false;
  bool dangerous = false;
  std::string address;  ///< to be opened in a browser first; empty: nothing is
  Action form;          ///< what is sent then
};

struct Choices {
  std::vector<Choice> possible;
  std::vector<std::string> impossible;  ///< titles of what needs a browser

  /// By name, else by title or kind. Nullptr: there is none.
  [[nodiscard]] const Choice* find(std::string_view wanted) const;
};

/// Options of selectors stand for themselves. An operation that only a browser can do is replaced by what the server
/// offers instead of it.
[[nodiscard]] Choices list_choices(const std::vector<Action>& actions);

}  // namespace signet::client::in_app
