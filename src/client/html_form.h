#pragma once
// The forms of an HTML page, read for programs that fill them in. Not a browser: it finds forms, fields and buttons.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::client {

struct HtmlField {
  std::string name;
  std::string type;  ///< lower case; "text" when the page does not say
  std::string value;
  std::string id = {};
};

struct HtmlForm {
  std::string action;  ///< as it stands in the page; may be relative or empty
  std::string method;  ///< "get" or "post"
  std::vector<HtmlField> fields;
  std::vector<HtmlField> buttons;  ///< what submits it, in the order of the page

  [[nodiscard]] const HtmlField* find_field(std::string_view type) const;
  /// The button with this value or id: the name of what it does.
  [[nodiscard]] const HtmlField* find_button(std::string_view wanted) const;
};

/// At most 32 forms of 128 fields; text after broken mark-up is ignored.
[[nodiscard]] std::vector<HtmlForm> read_forms(std::string_view html);
/// The text of the first element with this name, without tags: for messages about a page that was not expected.
[[nodiscard]] std::string read_element_text(std::string_view html, std::string_view element);
/// Character references that escaping produces: named ones of the five, decimal and hexadecimal.
[[nodiscard]] std::string decode_html(std::string_view text);

}  // namespace signet::client
