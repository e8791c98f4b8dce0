#pragma once
// What one moment of a login looks like, complete: a renderer turns it into HTML or JSON and adds nothing of its own.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace signet::workflow {

enum class FieldType { Hidden, Text, Username, Password };
[[nodiscard]] std::string_view name_of(FieldType type);

/// One input of an action. `autocomplete` is the token of the HTML standard ("current-password").
struct Field {
  std::string name;
  FieldType type = FieldType::Text;
  std::string label = {};
  std::string value = {};
  std::string autocomplete = {};
  bool required = false;
  std::size_t max_length = 0;  ///< characters; 0: the server's own limit
};

/// Something the user can do. `name` is unique on a page and is the value of the field `action` when it is submitted.
struct Action {
  std::string name;
  std::string title;
  bool main = false;  ///< the one that is offered first
  std::vector<Field> fields = {};
  std::string href = {};
  std::string method = "POST";
};

enum class MessageKind { Info, Error };
struct Message {
  MessageKind kind = MessageKind::Info;
  std::string text;
};

struct Link {
  std::string rel;
  std::string href;
  std::string title;
};

/// A titled list of facts: what is shared, what is allowed, for how long.
struct Group {
  struct Item {
    std::string title;
    std::string text = {};
  };
  std::string name;
  std::string title;
  std::vector<Item> items = {};
};

/// Who asks: the client's name and the host its users know it by.
struct Party {
  std::string name;
  std::string host = {};
};

/// Why the step did not go on.
struct Problem {
  std::string type;  ///< "incorrect_credentials", "too_many_attempts", …
  std::string text;
  std::optional<Duration> retry_after = {};
};

struct Representation {
  std::string type;  ///< "authentication-step", "user-consent-step", "finished", "problem"
  std::string title;
  std::string text = {};  ///< one sentence under the title
  std::optional<Party> party = {};
  std::string account = {};  ///< who is signed in
  std::vector<Message> messages = {};
  std::optional<Problem> problem = {};
  std::vector<Group> groups = {};
  std::vector<Action> actions = {};
  std::vector<Link> links = {};
};

/// Gives every action its address and the hidden fields that every submission carries.
void address_actions(Representation& representation, std::string_view href, const std::vector<Field>& hidden);

}  // namespace signet::workflow
