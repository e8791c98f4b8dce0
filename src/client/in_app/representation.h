#pragma once
// Documents of application/vnd.auth+json and their problems, read into values. What a client does not know (templates,
// field types, members) is left out or read as the simplest thing it can be; nothing depends on the name of a view.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace signet::client::in_app {

inline constexpr std::string_view kMediaType = "application/vnd.auth+json";
inline constexpr std::string_view kProblemMediaType = "application/problem+json";

/// Context: a value that the platform supplies, for example a WebAuthn credential.
enum class FieldType { Hidden, Text, Password, Checkbox, Select, Context };

struct Field {
  struct Option {
    std::string value;
    std::string label;
    bool selected = false;
  };
  std::string name;
  FieldType type = FieldType::Text;  ///< also of a type that is not known
  std::string label;
  std::string value;
  std::string placeholder;
  std::string help;
  std::vector<Option> options;
  bool required = false;
  bool checked = false;
  bool readonly = false;
  std::string autocomplete = {};  ///< what it means, in the words of HTML: "one-time-code"

  /// Does a person fill it in?
  [[nodiscard]] bool is_asked() const { return type != FieldType::Hidden && type != FieldType::Context && !readonly; }
};

enum class Template { Form, Selector, ClientOperation, Unknown };

struct Action {
  Template form = Template::Unknown;
  std::string name;  ///< of the action when the server tells it, else its kind
  std::string kind;
  std::string title;
  std::string text;
  bool main = false;
  bool dangerous = false;
  // of a form
  std::string href;  ///< absolute
  std::string method;
  std::string media_type;
  std::vector<Field> fields;
  // of a selector
  std::vector<Action> options;
  // of a client operation
  std::string operation;
  json::object arguments;
  std::string address;  ///< of external-browser-flow: what the browser opens, absolute
  std::vector<Action> error_actions;
  // of a client operation and of a form: what comes after it
  std::vector<Action> continue_actions;
};

struct Message {
  std::string text;
  std::string kind;  ///< "heading", "info", "error", "warn", "userName", "userCode", …
};

struct Link {
  std::string rel;
  std::string href;  ///< absolute
  std::string title;
  std::string type;
};

struct Representation {
  std::string type;
  json::object properties;
  std::vector<Action> actions;
  std::vector<Link> links;
  std::vector<Message> messages;

  [[nodiscard]] const Link* find_link(std::string_view rel) const;
};

struct InvalidField {
  std::string name;
  std::string detail;
};

struct Problem {
  std::string type;  ///< the last part of its URI: "incorrect-credentials"
  std::string title;
  std::string detail;
  std::optional<Duration> retry_after;
  std::vector<InvalidField> invalid_fields;
  json::object members;  ///< all of the document
  Representation page;   ///< its actions, links and messages; without a type
};

/// `url` is where the document came from: its addresses are relative to it. At most 256 KiB and 32 levels deep.
/// Fails: Malformed, TooLarge
[[nodiscard]] Result<Representation> parse_representation(std::string_view body, std::string_view url);
/// The same of a problem document. Spec: RFC9457-3
[[nodiscard]] Result<Problem> parse_problem(std::string_view body, std::string_view url);

}  // namespace signet::client::in_app
