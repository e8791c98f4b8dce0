#include "apps/signet/output.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace signet::apps {
namespace {

void append_pretty(std::string& out, const json::value& value, std::size_t depth);

void append_line(std::string& out, std::size_t depth) {
  out.append("\n").append(2 * depth, ' ');
}

void append_pretty(std::string& out, const json::object& object, std::size_t depth) {
  out += '{';
  bool first = true;
  for (const auto& [name, member] : object) {
    if (!std::exchange(first, false)) out += ',';
    append_line(out, depth + 1);
    append_json_string(out, name);
    out += ": ";
    append_pretty(out, member, depth + 1);
  }
  append_line(out, depth);
  out += '}';
}

void append_pretty(std::string& out, const json::array& array, std::size_t depth) {
  out += '[';
  bool first = true;
  for (const auto& item : array) {
    if (!std::exchange(first, false)) out += ',';
    append_line(out, depth + 1);
    append_pretty(out, item, depth + 1);
  }
  append_line(out, depth);
  out += ']';
}

void append_pretty(std::string& out, const json::value& value, std::size_t depth) {
  if (value.is_object() && !value.get_object().empty())
    append_pretty(out, value.get_object(), depth);
  else if (value.is_array() && !value.get_array().empty())
    append_pretty(out, value.get_array(), depth);
  else
    out += render_json(value);
}

}  // namespace

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void print_message(std::string_view text) {
  const std::string line = std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

int print_usage_error(std::string_view command, std::string_view text) {
  const std::string name = command.empty() ? "signet" : "signet " + std::string(command);
  print_message(name + ": " + std::string(text));
  print_message("Try: signet help" + (command.empty() ? "" : " " + std::string(command)));
  return kUsage;
}

int print_failure(std::string_view command, const Error& error) {
  std::string text = "signet " + std::string(command) + ": " + std::string(error.public_text.view());
  if (!error.detail.empty()) text += "\n  " + error.detail;
  print_message(text);
  return kRefused;
}

std::string render_pretty_json(const json::value& value) {
  std::string out;
  append_pretty(out, value, 0);
  return out + "\n";
}

std::string render_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    out += line + "\n";
  }
  return out;
}

std::string render_time(std::int64_t unix_millis) {
  const std::time_t time = unix_millis / 1000;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string render_timestamp(std::int64_t unix_millis) {
  std::string text = render_time(unix_millis);
  text[text.find(' ')] = 'T';
  return fmt::format("{}.{:03}Z", text, unix_millis % 1000);
}

}  // namespace signet::apps
