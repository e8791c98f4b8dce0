#include "workflow/representation.h"

#include <algorithm>

namespace signet::workflow {
namespace {

void address_action(Action& action, std::string_view href, const std::vector<Field>& hidden) {
  action.href = href;
  action.fields.insert(action.fields.end(), hidden.begin(), hidden.end());
  action.fields.push_back({.name = "action", .type = FieldType::Hidden, .value = action.name});
}

}  // namespace

std::string_view name_of(FieldType type) {
  switch (type) {
    case FieldType::Hidden:
      return "hidden";
    case FieldType::Text:
      return "text";
    case FieldType::Username:
      return "username";
    case FieldType::Password:
      return "password";
    case FieldType::Checkbox:
      return "checkbox";
    case FieldType::Select:
      return "select";
    case FieldType::Context:
      return "context";
  }
  return "text";
}

std::string_view name_of(MessageKind kind) {
  switch (kind) {
    case MessageKind::Info:
      return "info";
    case MessageKind::Error:
      return "error";
    case MessageKind::Warning:
      return "warn";
    case MessageKind::Heading:
      return "heading";
    case MessageKind::UserName:
      return "userName";
    case MessageKind::UserCode:
      return "userCode";
    case MessageKind::Recipient:
      return "recipientOfCommunication";
  }
  return "info";
}

bool Representation::offers(std::string_view action) const {
  const auto has = [action](const std::vector<Action>& offered) {
    return std::ranges::find(offered, action, &Action::name) != offered.end();
  };
  return has(actions) || std::ranges::any_of(groups, [&](const Group& group) {
           return std::ranges::any_of(group.items, [&](const Group::Item& item) { return has(item.actions); });
         });
}

void address_actions(Representation& representation, std::string_view href, const std::vector<Field>& hidden) {
  for (Action& action : representation.actions) address_action(action, href, hidden);
  for (Group& group : representation.groups) {
    for (Group::Item& item : group.items) {
      for (Action& action : item.actions) address_action(action, href, hidden);
    }
  }
}

}  // namespace signet::workflow
