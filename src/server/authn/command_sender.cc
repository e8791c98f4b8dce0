// One-time messages by a program of the operator.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "net/thread_pool.h"
#include "server/authn/message_sender.h"

namespace signet::server::authn {
namespace {

constexpr unsigned kThreads = 2;
constexpr std::size_t kQueueLimit = 100;

using Deadline = std::chrono::steady_clock::time_point;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> unsent(std::string detail) {
  return fail(ErrorCode::Unavailable, "The message cannot be sent.", std::move(detail));
}

std::string reason(int number) {
  return std::generic_category().message(number);
}

/// How the program begins: nothing of the server's but the input; a group of its own, to be ended with its children.
struct Beginning {
  explicit Beginning(int input) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;
  ~Beginning() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

Result<pid_t> start(const std::string& program, const std::string& argument, int input) {
  const Beginning beginning(input);
  std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
  char* const argv[] = {const_cast<char*>(program.c_str()), const_cast<char*>(argument.c_str()), nullptr};
  char* const environment[] = {path.data(), nullptr};
  pid_t child = -1;
  const int failed =
      ::posix_spawn(&child, program.c_str(), &beginning.actions, &beginning.attributes, argv, environment);
  if (failed != 0) return unsent(reason(failed));
  return child;
}

bool ends_before(pid_t child, Deadline deadline) {
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  while (process.get() >= 0) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    const int count = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(0, left)));
    if (count >= 0 || errno != EINTR) return count > 0;
  }
  return false;
}

Result<void> run(const std::string& program, const std::string& recipient, const std::string& text, Deadline deadline) {
  if (std::chrono::steady_clock::now() >= deadline)
    return fail(ErrorCode::Timeout, "The message could not be sent in time.", "in the queue");
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return unsent(reason(errno));
  const Descriptor input(ends[0]);
  {
    // Before the program runs: the pipe holds it, so nobody waits and nobody can hang up meanwhile.
    const Descriptor output(ends[1]);
    if (!std::cmp_equal(::write(output.get(), text.data(), text.size()), text.size())) return unsent(reason(errno));
  }
  TRY_ASSIGN(const pid_t child, start(program, recipient, input.get()));
  const bool has_ended = ends_before(child, deadline);
  if (!has_ended) ::kill(-child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!has_ended) return fail(ErrorCode::Timeout, "The message could not be sent in time.");
  if (!WIFEXITED(status)) return unsent("the program ended by signal " + std::to_string(WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) return unsent("the program ended with " + std::to_string(WEXITSTATUS(status)));
  return {};
}

class CommandSender final : public MessageSender {
 public:
  CommandSender(std::string program, Duration timeout)
      : program_(std::move(program)), timeout_(timeout), pool_("sms", kThreads, kQueueLimit) {}

  Task<Result<void>> send(std::string recipient, OneTimeMessage message) override {
    CO_TRY(check_phone_number(recipient));
    CO_TRY(check_message_text(message.text));
    const Deadline deadline = std::chrono::steady_clock::now() + timeout_;
    auto work = [&] { return run(program_, recipient, message.text, deadline); };
    CO_TRY_ASSIGN(const auto sent, co_await pool_.run(work));
    co_return sent;
  }

 private:
  const std::string program_;
  const Duration timeout_;
  net::ThreadPool pool_;
};

}  // namespace

std::unique_ptr<MessageSender> make_command_sender(std::string program, Duration timeout) {
  return std::make_unique<CommandSender>(std::move(program), timeout);
}

}  // namespace signet::server::authn
