#include <csignal>
#include <vector>

#include "apps/signet/commands.h"
#include "apps/signet/output.h"

namespace signet::apps {
namespace {

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
  if (!rest.empty() && (rest[0] == "--help" || rest[0] == "-h")) return help(Words(words).first(1));
  return command->run(rest);
}

}  // namespace
}  // namespace signet::apps

int main(int argc, char** argv) {
  // A reader that went away (`signet audit list | head`) must not end the program with a signal and a wrong exit code.
  (void)std::signal(SIGPIPE, SIG_IGN);
  return signet::apps::run({argv + 1, argv + argc});
}
