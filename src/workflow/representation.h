#pragma once
// What one moment of a login looks like, complete: a renderer turns it into HTML or JSON and adds nothing of its own.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace signet::workflow {

/// Context: the client's platform supplies the value, for example a WebAuthn credential.
enum class FieldType { Hidden, Text, Username, Password, Checkbox, Select, Context };
[[nodiscard]] std::string_view name_of(FieldType type);

/// One input of an action. `autocomplete` is the token of the HTML standard ("current-password").
struct Field {
  struct Option {
    std::string value;
    std::string label;
    bool selected = false;
  };
  std::string name;
  FieldType type = FieldType::Text;
  std::string label = {};
  std::string value = {};
  std::string autocomplete = {};
  bool required = false;
  std::size_t max_length = 0;  ///< characters; 0: the server's own limit
  std::size_t min_length = 0;
  std::string kind = {};  ///< of a Text field: "number", "email", "tel"; of a Password "number", a PIN; empty: any text
  std::string placeholder = {};
  std::string help = {};  ///< a sentence below the input
  bool checked = false;
  bool readonly = false;
  std::vector<Option> options = {};  ///< of a Select
};

/// The operation that leads to a browser: whoever cannot do what a page asks for opens an address there.
inline constexpr std::string_view kExternalBrowserFlow = "external-browser-flow";

/// What the client's platform does before the action's form is sent: "webauthn-registration" or
/// "webauthn-authentication", whose result goes into the action's Context field, or kExternalBrowserFlow.
struct ClientOperation {
  std::string name;
  json::object arguments;
};

/// Something the user can do. `name` is unique on a page and is the value of the field `action` when it is submitted.
struct Action {
  std::string name;
  std::string title;
  bool main = false;  ///< the one that is offered first
  std::vector<Field> fields = {};
  std::string href = {};
  std::string method = "POST";
  std::string kind = {};  ///< word of the media type ("login", "cancel", "poll", …); empty: the name
  std::optional<ClientOperation> operation = {};
  std::string text = {};   ///< a sentence about what it does
  bool dangerous = false;  ///< it takes something away
};

/// The kind of actions that are alternatives to each other: together they are one selector.
inline constexpr std::string_view kSelectKind = "select-authenticator";

enum class MessageKind { Info, Error, Warning, Heading, UserName, UserCode, Recipient };
/// "info", "error", "warn", "heading", "userName", "userCode", "recipientOfCommunication"
[[nodiscard]] std::string_view name_of(MessageKind kind);
struct Message {
  MessageKind kind = MessageKind::Info;
  std::string text;
};

struct Link {
  std::string rel;
  std::string href;
  std::string title;
  std::string type = {};     ///< media type; an image type makes it a picture, whose href is then a data: URI
  std::string qr_code = {};  ///< of a picture that the host has yet to draw: the text it shows
};

/// A titled list of facts: what is shared, what is allowed, for how long.
struct Group {
  struct Item {
    std::string title;
    std::string text = {};
    std::vector<Action> actions = {};  ///< what can be done with this item; all items may offer the same name
  };
  std::string name;
  std::string title;
  std::vector<Item> items = {};
  std::string empty = {};  ///< what is said when there is no item
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
  std::vector<std::string> fields = {};  ///< names of those that were wrong; empty: any of them
};

/// A page that waits for something to happen elsewhere; it offers an action of the kind "poll".
struct Polling {
  std::string status = "pending";  ///< "pending", "done" or "failed"
  std::string recipient = {};      ///< where the user is asked, for example a device's name
  Duration remaining{};            ///< until it is given up
  Duration interval{};             ///< between two polls
};

struct Representation {
  std::string type;  ///< "authentication-step", "registration-step", "user-consent-step", "polling-step", "finished", …
  std::string title;
  std::string text = {};  ///< one sentence under the title
  std::optional<Party> party = {};
  std::string account = {};  ///< who is signed in
  std::vector<Message> messages = {};
  std::optional<Problem> problem = {};
  std::vector<Group> groups = {};
  std::vector<Action> actions = {};
  std::vector<Link> links = {};
  std::optional<Polling> polling = {};
  std::string view = {};  ///< the step's name: a hint for themes, nothing depends on it

  /// Does the page offer an action of this name, by itself or with one of its items?
  [[nodiscard]] bool offers(std::string_view action) const;
};

/// Gives every action its address and the hidden fields that every submission carries.
void address_actions(Representation& representation, std::string_view href, const std::vector<Field>& hidden);

}  // namespace signet::workflow
