#include "apps/signet/options.h"

#include <getopt.h>

#include <algorithm>
#include <utility>

#include "apps/signet/output.h"

namespace signet::apps {
namespace {

constexpr int kFirstLong = 256;

std::string short_forms(std::span<const Option> options) {
  std::string forms = ":";  // a missing value is told apart from an unknown option
  for (const auto& option : options) {
    if (option.letter == 0) continue;
    forms += option.letter;
    if (option.takes_value) forms += ':';
  }
  return forms;
}

std::vector<::option> long_forms(std::span<const Option> options) {
  std::vector<::option> forms;
  int index = kFirstLong;
  for (const auto& option : options) {
    forms.push_back({option.name, option.takes_value ? required_argument : no_argument, nullptr, index++});
  }
  forms.push_back({});
  return forms;
}

const Option* find_option(std::span<const Option> options, int code) {
  if (code >= kFirstLong) return &options[static_cast<std::size_t>(code - kFirstLong)];
  const auto found = std::ranges::find_if(options, [&](const Option& option) { return option.letter == code; });
  return found == options.end() ? nullptr : &*found;
}

// getopt takes the beginning of a name for the name, so a new option could change what a script means.
bool is_cut_short(const Option& option, std::span<char* const> argv) {
  auto word = static_cast<std::size_t>(::optind - 1);
  if (option.takes_value && ::optarg == argv[word]) --word;  // the value is a word of its own
  const std::string_view text(argv[word]);
  return text.substr(2, text.find('=') - 2) != option.name;
}

// What getopt stopped at. Inside a bundle of letters its place is still the word before.
std::string shown_option(std::span<char* const> argv) {
  if (::optopt > 0 && ::optopt < kFirstLong) return std::string("-") + static_cast<char>(::optopt);
  return argv[static_cast<std::size_t>(::optind - 1)];
}

}  // namespace

std::optional<std::string> Arguments::find(std::string_view option) const {
  const auto found = options_.find(option);
  if (found == options_.end()) return std::nullopt;
  return found->second.front();
}

std::vector<std::string> Arguments::all(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::vector<std::string>() : found->second;
}

std::string Arguments::get(std::string_view option, std::string_view fallback) const {
  return find(option).value_or(std::string(fallback));
}

std::optional<Arguments> parse_arguments(std::string_view command, std::span<const std::string> arguments,
                                         std::span<const Option> options) {
  std::vector<std::string> owned = {"signet"};
  owned.insert(owned.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& text : owned) argv.push_back(text.data());
  argv.push_back(nullptr);
  const auto forms = long_forms(options);
  const auto letters = short_forms(options);
  const int count = static_cast<int>(owned.size());
  Arguments parsed;
  ::optind = 0;  // getopt keeps its place in a global; 0 starts it anew
  ::opterr = 0;
  int form = -1;
  for (int code = 0; (code = ::getopt_long(count, argv.data(), letters.c_str(), forms.data(), &form)) != -1;) {
    const Option* const option = code == '?' || code == ':' ? nullptr : find_option(options, code);
    if (option == nullptr) {
      const std::string shown = shown_option(argv);
      print_usage_error(command,
                        code == ':' ? "the option " + shown + " needs a value"
                                    : "unknown option " + shown + " (before a name that begins with a hyphen, put --)");
      return std::nullopt;
    }
    if (std::exchange(form, -1) >= 0 && is_cut_short(*option, argv)) {
      print_usage_error(command, "options are written in full: --" + std::string(option->name));
      return std::nullopt;
    }
    auto& values = parsed.options_[option->name];
    values.emplace_back(option->takes_value ? ::optarg : "");
    if (values.size() > 1 && !option->repeats) {
      print_usage_error(command, "the option --" + std::string(option->name) + " stands twice");
      return std::nullopt;
    }
  }
  for (int i = ::optind; i < count; ++i) parsed.positional_.emplace_back(argv[i]);
  return parsed;
}

}  // namespace signet::apps
