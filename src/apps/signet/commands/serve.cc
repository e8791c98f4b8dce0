#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "apps/signet/text_log.h"
#include "server/runtime.h"

namespace signet::apps {
namespace {

Log make_log(const server::Config& config) {
  const bool text = config.log_format == "text" || (config.log_format == "auto" && ::isatty(STDERR_FILENO) == 1);
  const auto write = [text](std::string_view line) {
    const std::string shown = text ? render_log_line(line) : std::string(line);
    std::fwrite(shown.data(), 1, shown.size(), stderr);
  };
  return Log(parse_log_level(config.log_level), write);
}

/// Every connection is a descriptor; the soft limit of a shell is far below what the system allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Whoever started the program with nohup wants it to outlive the terminal.
bool is_ignored(int signal) {
  struct sigaction action{};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Blocked before the first thread starts, so that every thread inherits it and only sigwait sees them.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  // A blocked signal is kept for sigwait even where it is ignored, so this is asked before.
  if (!is_ignored(SIGHUP)) sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// A second signal ends the program at once, whatever still runs. Not SIGHUP: a closed terminal sends it twice, from
/// its shell and from the kernel.
void unblock_stop_signals(sigset_t signals) {
  sigdelset(&signals, SIGHUP);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

std::string_view name_of_signal(int signal) {
  if (signal == SIGHUP) return "SIGHUP";
  return signal == SIGINT ? "SIGINT" : "SIGTERM";
}

void log_start(const Log& log, const server::Config& config, const server::Runtime& runtime, Duration took) {
  for (const auto& issuer : config.issuers) {
    log.info("server.issuer", {{"id", issuer.id}, {"url", issuer.url}, {"profile", issuer.profile->name}});
  }
  for (const auto& listener : config.listeners) {
    const std::string address = listener.address + ":" + std::to_string(runtime.port(listener.name));
    log.info("server.listener", {{"name", listener.name},
                                 {"address", address},
                                 {"tls", listener.certificate_file.empty() ? "no"
                                         : listener.client_certificates    ? "mutual"
                                                                           : "yes"}});
  }
  if (config.management.enabled) {
    log.info("server.listener", {{"name", server::kManagementListener},
                                 {"address", config.management.address + ":" + std::to_string(config.management.port)},
                                 {"tls", "no"}});
  }
  log.info("server.started", {{"version", SIGNET_VERSION},
                              {"data", config.data_directory},
                              {"pid", std::to_string(::getpid())},
                              {"took_ms", std::to_string(took.count())}});
}

/// The settings behind an address that could not be bound, for the message.
std::string settings_of_ports(const server::Config& config, std::string_view detail) {
  std::string keys;
  const auto add = [&](const std::string& key, std::uint16_t port) {
    if (detail.contains(":" + std::to_string(port))) keys += (keys.empty() ? "" : ", ") + key;
  };
  for (const auto& listener : config.listeners) add("listeners." + listener.name + ".port", listener.port);
  add("management.port", config.management.port);
  return keys;
}

int print_start_failure(const server::Config& config, Error error) {
  const bool port = error.public_text.view().contains("port");
  const std::string keys = port ? settings_of_ports(config, error.detail) : "";
  if (!keys.empty()) error.detail += "; stop the other program, or choose another port with " + keys;
  return print_failure("serve", error);
}

}  // namespace

int serve(Words words) {
  const auto arguments = parse_arguments("serve", words, std::array{kConfigOption});
  if (!arguments) return kUsage;
  if (!arguments->positional().empty()) return print_usage_error("serve", "name the configuration with -c FILE");
  const auto began = SystemClock{}.now();
  const auto config = load_config_or_print("serve", *arguments);
  if (!config) return kRefused;
  ::umask(S_IRWXG | S_IRWXO);
  raise_descriptor_limit();
  const sigset_t signals = block_stop_signals();
  const Log log = make_log(*config);
  auto runtime = server::Runtime::start(*config, log);
  if (!runtime) return print_start_failure(*config, std::move(runtime).error());
  log_start(log, *config, **runtime, SystemClock{}.now() - began);
  int signal = 0;
  sigwait(&signals, &signal);
  unblock_stop_signals(signals);
  log.info("server.stopping", {{"signal", name_of_signal(signal)}});
  (*runtime)->stop();
  runtime->reset();
  log.info("server.stopped");
  return kDone;
}

}  // namespace signet::apps
