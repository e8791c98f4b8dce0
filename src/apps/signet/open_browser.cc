#include "apps/signet/open_browser.h"

#include <spawn.h>
#include <unistd.h>

namespace signet::apps {

void open_browser(const std::string& url) {
  std::string program = "xdg-open";
  std::string argument = url;
  char* const words[] = {program.data(), argument.data(), nullptr};
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", 1, 0);
  posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", 1, 0);
  pid_t child = 0;
  (void)::posix_spawnp(&child, program.c_str(), &quiet, nullptr, words, environ);
  posix_spawn_file_actions_destroy(&quiet);
}

}  // namespace signet::apps
