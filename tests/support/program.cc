#include "support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace signet::test {
namespace {

pid_t start(const std::vector<std::string>& words, int input, int output, int error) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO);
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error(words.front() + " cannot be started; deps/install.sh --tests brings it");
  return pid;
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& words, std::string_view input) {
  // Files in memory, so that neither side waits for the other.
  const int in = ::memfd_create("input", MFD_CLOEXEC);
  const int out = ::memfd_create("output", MFD_CLOEXEC);
  if (::pwrite(in, input.data(), input.size(), 0) != static_cast<ssize_t>(input.size()))
    throw std::runtime_error("no memory for the input of a program");
  int status = 0;
  ::waitpid(start(words, in, out, STDERR_FILENO), &status, 0);
  ProgramResult result{.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .output = {}};
  result.output.resize(static_cast<std::size_t>(::lseek(out, 0, SEEK_END)));
  const auto read = ::pread(out, result.output.data(), result.output.size(), 0);
  result.output.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read)));
  ::close(in);
  ::close(out);
  return result;
}

RunningProgram::RunningProgram(const std::vector<std::string>& words, const std::string& log) : pid_(-1) {
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = start(words, nothing, out, out);
  ::close(nothing);
  ::close(out);
}

RunningProgram::~RunningProgram() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace signet::test
