#pragma once
// Texts with gaps: the configuration files that `signet init` writes.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace signet::apps {

/// `text` with the value of each name in the place of @NAME@.
[[nodiscard]] inline std::string fill_in(std::string text,
                                         std::initializer_list<std::pair<std::string_view, std::string>> values) {
  for (const auto& [name, value] : values) {
    const std::string gap = "@" + std::string(name) + "@";
    for (auto at = text.find(gap); at != std::string::npos; at = text.find(gap, at + value.size())) {
      text.replace(at, gap.size(), value);
    }
  }
  return text;
}

}  // namespace signet::apps
