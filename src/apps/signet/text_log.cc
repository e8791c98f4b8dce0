#include "apps/signet/text_log.h"

#include "apps/signet/output.h"
#include "base/json.h"
#include "base/text.h"

namespace signet::apps {
namespace {

/// A value with spaces or control characters in it is quoted, so that nothing a peer sends can look like another field
/// or move the cursor.
std::string render_value(const json::value& value) {
  if (!value.is_string()) return render_json(value);
  const std::string_view text = value.get_string();
  const bool plain = text.find_first_of(" \"\\=") == std::string_view::npos && is_visible_ascii(text);
  if (plain) return std::string(text);
  std::string quoted;
  append_json_string(quoted, text);
  return quoted;
}

}  // namespace

std::string render_log_line(std::string_view json_line) {
  const auto line = parse_json_object(json_line);
  if (!line) return std::string(json_line);
  const auto time = line->contains("time") ? line->at("time").to_number<std::int64_t>() : 0;
  std::string out = fmt::format("{} {:<7} {}", render_time(time).substr(11), peek_string(*line, "level"),
                                peek_string(*line, "event"));
  for (const auto& [name, value] : *line) {
    if (name == "time" || name == "level" || name == "event") continue;
    out += fmt::format("  {}={}", std::string_view(name), render_value(value));
  }
  return out + "\n";
}

}  // namespace signet::apps
