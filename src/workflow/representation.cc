#include "workflow/representation.h"

namespace signet::workflow {

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
  }
  return "text";
}

void address_actions(Representation& representation, std::string_view href, const std::vector<Field>& hidden) {
  for (Action& action : representation.actions) {
    action.href = href;
    action.fields.insert(action.fields.end(), hidden.begin(), hidden.end());
    action.fields.push_back({.name = "action", .type = FieldType::Hidden, .value = action.name});
  }
}

}  // namespace signet::workflow
