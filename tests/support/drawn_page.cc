#include "support/drawn_page.h"

#include "base/json.h"
#include "base/text.h"

namespace signet::test {
namespace {

class HtmlReader {
 public:
  explicit HtmlReader(std::string_view html) : html_(html) {}

  DrawnPage read() {
    while (at_ < html_.size()) {
      if (html_[at_] == '<') {
        on_tag();
      } else {
        on_text();
      }
    }
    return std::move(page_);
  }

 private:
  using Attributes = std::map<std::string, std::string, std::less<>>;

  static std::string decode(std::string text) {
    for (const auto& [reference, character] :
         {std::pair{"&quot;", "\""}, {"&#39;", "'"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
      const std::string name(reference);
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        text.replace(at, name.size(), character);
      }
    }
    return text;
  }
  static std::string value_of_attribute(const Attributes& attributes, std::string_view name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? "" : found->second;
  }

  static Attributes attributes_of(std::string_view tag) {
    Attributes found;
    std::size_t at = tag.find_first_of(" \n");
    while (at < tag.size()) {
      at = tag.find_first_not_of(" \n/", at);
      if (at == std::string_view::npos) break;
      const std::size_t end = std::min(tag.find_first_of("= \n", at), tag.size());
      std::string name(tag.substr(at, end - at));
      at = end;
      std::string text;
      if (end + 1 < tag.size() && tag[end] == '=' && tag[end + 1] == '"') {
        const std::size_t close = tag.find('"', end + 2);
        text = decode(std::string(tag.substr(end + 2, close - end - 2)));
        at = close + 1;
      }
      found.insert_or_assign(std::move(name), std::move(text));
    }
    return found;
  }

  void on_tag() {
    const std::size_t end = find_end();
    const std::string_view tag = html_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    const std::string_view name = tag.substr(0, tag.find_first_of(" \n"));
    const Attributes attributes = attributes_of(tag);
    if (name == "form")
      form_ = {.href = value_of_attribute(attributes, "action"), .method = value_of_attribute(attributes, "method")};
    if (name == "input") on_input(attributes);
    if (name == "select") begin_select(attributes);
    if (name == "option") begin_option(attributes);
    if (name == "/option") end_option();
    if (name == "/form") page_.forms.emplace(form_.fields["action"].value, std::move(form_));
    if (name == "a") page_.links.insert(value_of_attribute(attributes, "href"));
    if (name == "img") page_.links.insert(value_of_attribute(attributes, "src"));
    if (name == "title" || name == "script" || name == "style") at_ = std::min(html_.find("</", at_), html_.size());
  }
  /// A ">" inside of a quoted value ends no tag.
  [[nodiscard]] std::size_t find_end() const {
    bool quoted = false;
    for (std::size_t i = at_; i < html_.size(); ++i) {
      if (html_[i] == '"') quoted = !quoted;
      if (html_[i] == '>' && !quoted) return i;
    }
    return html_.size() - 1;
  }

  void on_text() {
    const std::size_t end = std::min(html_.find('<', at_), html_.size());
    for (const auto& word : split_words(decode(std::string(html_.substr(at_, end - at_))))) page_.text += word + " ";
    at_ = end;
  }
  void on_input(const Attributes& attributes) {
    const std::string type = value_of_attribute(attributes, "type");
    const bool is_special = type == "hidden" || type == "checkbox" || type == "password";
    form_.fields[value_of_attribute(attributes, "name")] = {.type = is_special ? type : "text",
                                                            .value = value_of_attribute(attributes, "value"),
                                                            .required = attributes.contains("required")};
  }
  void begin_select(const Attributes& attributes) {
    select_ = value_of_attribute(attributes, "name");
    form_.fields[select_] = {.type = "select", .required = attributes.contains("required")};
  }
  void begin_option(const Attributes& attributes) {
    option_ = value_of_attribute(attributes, "value");
    option_text_ = page_.text.size();
    if (attributes.contains("selected")) form_.fields[select_].value = option_;
  }
  void end_option() {
    form_.fields[select_].options.push_back(option_ + " " + std::string(trim(page_.text.substr(option_text_))));
  }

  std::string_view html_;
  std::size_t at_ = 0;
  DrawnPage page_;
  DrawnForm form_;
  std::string select_;
  std::string option_;
  std::size_t option_text_ = 0;
};

class DocumentReader {
 public:
  DrawnPage read(const json::object& document) {
    for (const auto& action : document.at("actions").as_array()) on_action(action.as_object());
    for (const auto& link : document.at("links").as_array()) on_link(link.as_object());
    for (const auto& message : document.at("messages").as_array()) say(message.as_object(), "text");
    return std::move(page_);
  }

 private:
  void say(const json::object& object, std::string_view member) {
    if (const auto text = peek_string(object, member); !text.empty()) page_.words.emplace_back(text);
  }
  void on_link(const json::object& link) {
    page_.links.emplace(peek_string(link, "href"));
    if (!peek_string(link, "type").starts_with("image/")) say(link, "title");
  }
  void on_action(const json::object& action) {
    const auto& model = action.at("model").as_object();
    if (const auto* options = model.if_contains("options")) {
      for (const auto& option : options->as_array()) on_action(option.as_object());
    } else if (const auto* forms = model.if_contains("continueActions")) {
      for (const auto& form : forms->as_array()) on_form(form.as_object());
    } else {
      on_form(action);
    }
  }
  void on_form(const json::object& action) {
    say(action.at("properties").as_object(), "text");
    const auto& model = action.at("model").as_object();
    DrawnForm form{.href = std::string(peek_string(model, "href")),
                   .method = to_lower_ascii(peek_string(model, "method"))};
    for (const auto& field : model.at("fields").as_array()) on_field(form, field.as_object());
    page_.forms.emplace(form.fields["action"].value, std::move(form));
  }
  void on_field(DrawnForm& form, const json::object& field) {
    for (const char* const member : {"label", "help"}) say(field, member);
    std::string type(peek_string(field, "type"));
    if (type == "username") type = "text";
    DrawnField drawn{
        .type = type, .value = std::string(peek_string(field, "value")), .required = has(field, "required")};
    if (const auto* options = field.if_contains("options")) {
      for (const auto& option : options->as_array()) {
        const auto& object = option.as_object();
        drawn.options.push_back(std::string(peek_string(object, "value")) + " " +
                                std::string(peek_string(object, "label")));
        if (has(object, "selected")) drawn.value = peek_string(object, "value");
      }
    }
    form.fields[std::string(peek_string(field, "name"))] = std::move(drawn);
  }
  static bool has(const json::object& object, std::string_view flag) {
    const auto* value = object.if_contains(flag);
    return value != nullptr && value->as_bool();
  }

  DrawnPage page_;
};

}  // namespace

DrawnPage read_html(std::string_view html) {
  return HtmlReader(html).read();
}

DrawnPage read_document(std::string_view text) {
  return DocumentReader().read(parse_json_object(text, {.bytes = 1 << 20, .depth = 64}).value());
}

}  // namespace signet::test
