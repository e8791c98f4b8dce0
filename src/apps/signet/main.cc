#include <algorithm>
#include <csignal>
#include <vector>

#include "apps/signet/commands.h"
#include "apps/signet/output.h"

namespace signet::apps {
namespace {

/// Wherever it stands, somebody wants to read; behind "--" it is a name.
bool asks_for_help(Words words) {
  const auto options = words.first(static_cast<std::size_t>(std::ranges::find(words, "--") - words.begin()));
  return std::ranges::find(options, "--help") != options.end() || std::ranges::find(options, "-h") != options.end();
}

int run(const std::vector<std::string>& words) {
  if (words.empty()) {
    help({});
    return kUsage;
  }
  const std::string name = words[0] == "--help" || words[0] == "-h" ? "help"
                           : words[0] == "--version"                ? "version"
                                                                    : words[0];
  const Command* const command = find_command(name);
  if (command == nullptr) return print_usage_error("", "there is no command \"" + words[0] + "\"");
  const auto rest = Words(words).subspan(1);
  if (asks_for_help(rest)) return help(Words(words).first(1));
  return command->run(rest);
}

}  // namespace
}  // namespace signet::apps

int main(int argc, char** argv) {
  // A reader that went away (`signet audit list | head`) must not end the program with a signal and a wrong exit code.
  (void)std::signal(SIGPIPE, SIG_IGN);
  return signet::apps::run({argv + 1, argv + argc});
}
