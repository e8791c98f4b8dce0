#include "base/log.h"

#include <cstdio>

#include "base/clock.h"
#include "base/json.h"

namespace signet {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
  }
  return "error";
}

void write_to_stderr(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

LogLevel parse_log_level(std::string_view name) {
  for (const auto level : {LogLevel::Debug, LogLevel::Warning, LogLevel::Error}) {
    if (name == name_of(level)) return level;
  }
  return LogLevel::Info;
}

Log::Log(LogLevel level, Sink sink) : level_(level), sink_(sink ? std::move(sink) : Sink(write_to_stderr)) {}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const {
  if (level < level_) return;
  JsonWriter line;
  line.number("time", to_unix_millis(SystemClock{}.now())).text("level", name_of(level)).text("event", event);
  for (const auto& field : fields) line.text(field.name, field.text);
  sink_(std::move(line).take() + "\n");
}

void Log::failure(std::string_view event, const Error& error) const {
  const std::string place = std::string(error.where.file_name()) + ":" + std::to_string(error.where.line());
  const LogLevel level = error.cause() == Cause::Bug ? LogLevel::Error : LogLevel::Warning;
  write(level, event,
        {{"error", signet::name_of(error.code)},
         {"text", error.public_text.view()},
         {"detail", error.detail},
         {"at", place}});
}

}  // namespace signet
