#include "apps/signet/commands.h"
#include "apps/signet/output.h"

namespace signet::apps {

int help(Words words) {
  if (words.empty()) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& command : commands())
      rows.push_back({"  " + std::string(command.name), std::string(command.summary)});
    print("signet: OAuth, OpenID Connect and FAPI 2.0 authorization server\n\n" + render_table(rows) +
          "\nThe configuration is -c FILE, else $SIGNET_CONFIG, else signet.toml. More: signet help COMMAND\n");
    return kDone;
  }
  const Command* const command = find_command(words[0]);
  if (command == nullptr) return print_usage_error("help", "there is no command \"" + words[0] + "\"");
  print(command->usage);
  return kDone;
}

int version(Words words) {
  if (!words.empty()) return print_usage_error("version", "takes no arguments");
  print("signet " SIGNET_VERSION "\n");
  return kDone;
}

}  // namespace signet::apps
