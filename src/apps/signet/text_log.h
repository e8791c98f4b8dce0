#pragma once

#include <string>
#include <string_view>

namespace signet::apps {

/// A JSON log line as a person at a terminal reads it: "12:00:01 info     server.started  pid=42".
[[nodiscard]] std::string render_log_line(std::string_view json_line);

}  // namespace signet::apps
