#include "apps/signet/open_browser.h"

#include <spawn.h>
#include <unistd.h>

#include "apps/signet/output.h"
#include "client/in_app/page_text.h"

namespace signet::apps {
namespace {

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

}  // namespace

void send_to_browser(std::string_view task, const std::string& address, bool opens_browser) {
  print_message("Open this address in your browser and " + std::string(task) + ":\n\n  " +
                client::in_app::make_printable(address) + "\n");
  if (opens_browser) open_browser(address);
}

}  // namespace signet::apps
