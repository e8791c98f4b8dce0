#include "client/in_app/choices.h"

#include <algorithm>

namespace signet::client::in_app {
namespace {

constexpr std::string_view kExternalBrowser = "external-browser-flow";

void add(Choices& choices, const Action& shown, const Action& form) {
  const std::string& title = shown.title.empty() ? shown.name : shown.title;
  // The way through a browser stands on the page and below each operation it can stand in for.
  const bool is_known = std::ranges::any_of(choices.possible, [&](const Choice& choice) {
    return choice.name == shown.name && choice.title == title && choice.address == shown.address;
  });
  if (is_known) return;
  choices.possible.push_back({shown.name, title, shown.text, shown.main, shown.dangerous, shown.address, form});
}

void collect(Choices& choices, const std::vector<Action>& actions);

void collect_operation(Choices& choices, const Action& action) {
  const auto form = std::ranges::find(action.continue_actions, Template::Form, &Action::form);
  if (action.operation == kExternalBrowser && !action.address.empty() && form != action.continue_actions.end()) {
    add(choices, action, *form);
  } else if (!action.error_actions.empty()) {
    collect(choices, action.error_actions);
  } else {
    choices.impossible.push_back(action.title.empty() ? action.name : action.title);
  }
}

void collect(Choices& choices, const std::vector<Action>& actions) {
  for (const auto& action : actions) {
    switch (action.form) {
      case Template::Form:
        add(choices, action, action);
        break;
      case Template::Selector:
        collect(choices, action.options);
        break;
      case Template::ClientOperation:
        collect_operation(choices, action);
        break;
      case Template::Unknown:
        break;
    }
  }
}

}  // namespace

const Choice* Choices::find(std::string_view wanted) const {
  const auto by_name = std::ranges::find(possible, wanted, &Choice::name);
  if (by_name != possible.end()) return &*by_name;
  const auto found = std::ranges::find_if(
      possible, [&](const Choice& choice) { return choice.title == wanted || choice.form.kind == wanted; });
  return found == possible.end() ? nullptr : &*found;
}

Choices list_choices(const std::vector<Action>& actions) {
  Choices choices;
  collect(choices, actions);
  return choices;
}

}  // namespace signet::client::in_app
