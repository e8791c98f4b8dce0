#pragma once
// What the programs print, and their exit codes.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace signet::apps {

inline constexpr int kDone = 0;
inline constexpr int kRefused = 1;  ///< the command was understood and did not succeed
inline constexpr int kUsage = 2;    ///< the command was not understood

void print(std::string_view text);          ///< to standard output
void print_message(std::string_view text);  ///< a line on standard error
/// "signet keys: unknown option --foo", and where help is. Gives kUsage.
int print_usage_error(std::string_view command, std::string_view text);
/// What went wrong and why. Gives kRefused.
int print_failure(std::string_view command, const Error& error);

/// JSON for people: indented, members in their order.
[[nodiscard]] std::string render_pretty_json(const json::value& value);

/// Columns of equal width, the first row being the heading.
[[nodiscard]] std::string render_table(const std::vector<std::vector<std::string>>& rows);

/// "2026-01-31 12:00:00" (UTC)
[[nodiscard]] std::string render_time(std::int64_t unix_millis);
/// For programs, as RFC 3339 has it with milliseconds: "2026-11-27T21:11:32.123Z"
[[nodiscard]] std::string render_timestamp(std::int64_t unix_millis);

}  // namespace signet::apps
