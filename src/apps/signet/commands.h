#pragma once
// The commands of the program. Each is a function that gets the words after its name and answers with an exit code.

#include <span>
#include <string>
#include <string_view>

namespace signet::apps {

using Words = std::span<const std::string>;

struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view usage;  ///< shown by `signet help NAME`
  int (*run)(Words words);
};

[[nodiscard]] std::span<const Command> commands();
[[nodiscard]] const Command* find_command(std::string_view name);

int init(Words words);
int serve(Words words);
int check_config(Words words);
int config_reference(Words words);
int keys(Words words);
int clients(Words words);
int users(Words words);
int workflows(Words words);
int threat(Words words);
int audit(Words words);
int backup(Words words);
int login(Words words);
int call(Words words);
int token(Words words);
int device(Words words);
int version(Words words);
int help(Words words);

}  // namespace signet::apps
