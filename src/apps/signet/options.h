#pragma once
// The arguments of one command, parsed by getopt_long.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace signet::apps {

/// One option a command understands: "--issuer ID". `letter` is its short form, 0 for none.
struct Option {
  const char* name;
  char letter = 0;
  bool takes_value = false;
  bool repeats = false;  ///< may stand more than once
};

class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view option) const { return options_.contains(option); }
  [[nodiscard]] std::optional<std::string> find(std::string_view option) const;
  [[nodiscard]] std::string get(std::string_view option, std::string_view fallback) const;
  /// Every value of an option that repeats, in order.
  [[nodiscard]] std::vector<std::string> all(std::string_view option) const;
  [[nodiscard]] const std::vector<std::string>& positional() const { return positional_; }

 private:
  friend std::optional<Arguments> parse_arguments(std::string_view, std::span<const std::string>,
                                                  std::span<const Option>);
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::vector<std::string> positional_;
};

/// The parsed arguments; nothing after a message on standard error when an option is unknown, lacks its value or stands
/// twice. `command` is the name in that message.
[[nodiscard]] std::optional<Arguments> parse_arguments(std::string_view command, std::span<const std::string> arguments,
                                                       std::span<const Option> options);

}  // namespace signet::apps
