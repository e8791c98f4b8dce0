#include "client/html_form.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace signet::client {
namespace {

constexpr std::size_t kMaxForms = 32;
constexpr std::size_t kMaxFields = 128;
constexpr std::string_view kSpace = " \t\r\n\f";

struct Attribute {
  std::string name;
  std::string value;
};
struct Tag {
  std::string name;  ///< lower case, with "/" in front when it closes
  std::vector<Attribute> attributes;

  [[nodiscard]] std::string get(std::string_view attribute) const {
    const auto found = std::ranges::find(attributes, attribute, &Attribute::name);
    return found == attributes.end() ? std::string() : found->value;
  }
};

void append_utf8(std::string& out, unsigned code_point) {
  const auto tail = [&](unsigned shift) { out.push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3f))); };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (code_point >> 6)));
    tail(0);
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (code_point >> 12)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0 | (code_point >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// The character of "#39", "#x27" or "amp"; nothing for a reference that is none.
std::optional<unsigned> read_reference(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (!name.starts_with('#')) return std::nullopt;
  const bool is_hex = name.starts_with("#x") || name.starts_with("#X");
  const std::string_view digits = name.substr(is_hex ? 2 : 1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
  if (error != std::errc{} || end != digits.data() + digits.size() || value == 0 || value > 0x10ffff) {
    return std::nullopt;
  }
  return value;
}

/// Takes what stands before the first of `stops` off the front.
std::string_view take_until(std::string_view& text, std::string_view stops) {
  const auto end = std::min(text.find_first_of(stops), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

void skip_space(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
}

std::string_view take_value(std::string_view& text) {
  if (!text.starts_with('"') && !text.starts_with('\'')) return take_until(text, " \t\r\n\f>");
  const char quote[] = {text.front(), 0};
  text.remove_prefix(1);
  const std::string_view value = take_until(text, quote);
  text.remove_prefix(std::min<std::size_t>(1, text.size()));
  return value;
}

/// Reads the tag that `text` begins with, after its "<", and leaves what follows its ">".
Tag take_tag(std::string_view& text) {
  Tag tag;
  tag.name = to_lower_ascii(take_until(text, " \t\r\n\f>"));
  for (skip_space(text); !text.empty() && !text.starts_with('>'); skip_space(text)) {
    if (text.starts_with('/') || text.starts_with('=')) {
      text.remove_prefix(1);
      continue;
    }
    Attribute attribute{to_lower_ascii(take_until(text, " \t\r\n\f=/>")), {}};
    skip_space(text);
    if (text.starts_with('=')) {
      text.remove_prefix(1);
      skip_space(text);
      attribute.value = decode_html(take_value(text));
    }
    if (tag.attributes.size() < kMaxFields) tag.attributes.push_back(std::move(attribute));
  }
  text.remove_prefix(std::min<std::size_t>(1, text.size()));
  return tag;
}

void add_input(HtmlForm& form, const Tag& tag) {
  if (form.fields.size() + form.buttons.size() >= kMaxFields) return;
  std::string type = to_lower_ascii(tag.get("type"));
  const bool is_button = tag.name == "button";
  if (type.empty()) type = is_button ? "submit" : "text";
  HtmlField field{tag.get("name"), type, tag.get("value"), tag.get("id")};
  if (type == "submit") {
    form.buttons.push_back(std::move(field));
  } else if (!is_button) {
    form.fields.push_back(std::move(field));
  }
}

}  // namespace

const HtmlField* HtmlForm::find_field(std::string_view type) const {
  const auto found = std::ranges::find(fields, type, &HtmlField::type);
  return found == fields.end() ? nullptr : &*found;
}

const HtmlField* HtmlForm::find_button(std::string_view wanted) const {
  const auto found = std::ranges::find_if(
      buttons, [&](const HtmlField& button) { return button.value == wanted || button.id == wanted; });
  return found == buttons.end() ? nullptr : &*found;
}

std::vector<HtmlForm> read_forms(std::string_view html) {
  std::vector<HtmlForm> forms;
  bool inside = false;
  while (!html.empty()) {
    (void)take_until(html, "<");
    if (html.starts_with("<!--")) {
      const auto end = html.find("-->");
      html.remove_prefix(end == std::string_view::npos ? html.size() : end + 3);
      continue;
    }
    html.remove_prefix(std::min<std::size_t>(1, html.size()));
    const Tag tag = take_tag(html);
    if (tag.name == "form" && forms.size() < kMaxForms) {
      const std::string method = to_lower_ascii(tag.get("method"));
      forms.push_back({tag.get("action"), method.empty() ? "get" : method, {}, {}});
      inside = true;
    } else if (tag.name == "/form") {
      inside = false;
    } else if (inside && (tag.name == "input" || tag.name == "button")) {
      add_input(forms.back(), tag);
    }
  }
  return forms;
}

std::string read_element_text(std::string_view html, std::string_view element) {
  const std::string open = "<" + std::string(element);
  for (auto at = html.find(open); at != std::string_view::npos; at = html.find(open, at + 1)) {
    std::string_view rest = html.substr(at + 1);
    if (take_tag(rest).name != element) continue;
    std::string text;
    for (rest = rest.substr(0, rest.find("</" + std::string(element))); !rest.empty();) {
      text += take_until(rest, "<");
      if (!rest.empty()) (void)take_tag(rest);
    }
    return decode_html(trim(text));
  }
  return {};
}

std::string decode_html(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    out += take_until(text, "&");
    if (text.empty()) break;
    const auto end = text.find(';');
    const auto character = end > 12 ? std::nullopt : read_reference(text.substr(1, end - 1));
    if (character) {
      append_utf8(out, *character);
      text.remove_prefix(end + 1);
    } else {
      out.push_back('&');
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace signet::client
