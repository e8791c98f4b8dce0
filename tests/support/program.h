#pragma once
// Programs of others that tests ask: run to their end, or kept running on loopback and stopped by their number.

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace signet::test {

struct ProgramResult {
  int status = -1;     ///< exit code; -1 when it did not run or was killed
  std::string output;  ///< standard output
};

/// Runs `words` without a shell and waits for its end.
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& words, std::string_view input = {});

/// Runs from here to the end of its life. Its output goes to the file `log`.
class RunningProgram {
 public:
  RunningProgram(const std::vector<std::string>& words, const std::string& log);
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram();

 private:
  pid_t pid_;
};

}  // namespace signet::test
