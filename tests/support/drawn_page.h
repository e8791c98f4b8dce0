#pragma once
// What can be seen and done on a page, read back from the HTML and from the JSON that were drawn of it, so that the two
// can be compared.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace signet::test {

struct DrawnField {
  std::string type;  ///< hidden, checkbox, select, password, context, or text for every other
  std::string value = {};
  bool required = false;
  std::vector<std::string> options = {};  ///< "value label"

  bool operator==(const DrawnField&) const = default;
};

struct DrawnForm {
  std::string href;
  std::string method;  ///< lower case
  std::map<std::string, DrawnField> fields = {};

  bool operator==(const DrawnForm&) const = default;
};

struct DrawnPage {
  std::multimap<std::string, DrawnForm> forms = {};  ///< by the value of the field `action`
  std::set<std::string> links = {};                  ///< addresses, of pictures too
  std::string text = {};                             ///< all words, blanks as one space; of the HTML
  std::vector<std::string> words = {};               ///< what is said, piece by piece; of the JSON
};

DrawnPage read_html(std::string_view html);
DrawnPage read_document(std::string_view text);

}  // namespace signet::test
