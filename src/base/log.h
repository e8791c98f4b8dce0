#pragma once
// One JSON object a line, on one sink. Secrets have no way in: a field takes text or a number, and Secret<T> is
// neither.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/error.h"

namespace signet {

enum class LogLevel { Debug, Info, Warning, Error };

/// The level with this name ("debug", "info", "warning", "error"), or Info.
[[nodiscard]] LogLevel parse_log_level(std::string_view name);

struct LogField {
  std::string_view name;
  std::string_view text;
};

/// Writes structured lines. Thread: any; a line is written whole.
class Log {
 public:
  using Sink = std::function<void(std::string_view line)>;

  /// Lines below `level` are dropped. The default sink is standard error.
  explicit Log(LogLevel level = LogLevel::Info, Sink sink = {});

  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void debug(std::string_view event, std::initializer_list<LogField> f = {}) const { write(LogLevel::Debug, event, f); }
  void info(std::string_view event, std::initializer_list<LogField> f = {}) const { write(LogLevel::Info, event, f); }
  void warning(std::string_view event, std::initializer_list<LogField> f = {}) const {
    write(LogLevel::Warning, event, f);
  }
  void error(std::string_view event, std::initializer_list<LogField> f = {}) const { write(LogLevel::Error, event, f); }
  /// An Error with its private detail and the source line that made it.
  void failure(std::string_view event, const Error& error) const;

 private:
  LogLevel level_;
  Sink sink_;
};

}  // namespace signet
