// signet-attacks: tries five thefts against a running server, its gateway and an API. Exit code 0 only if all were
// refused as they should be.
#include <fmt/format.h>
#include <getopt.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "attacks/attacks.h"
#include "base/run_blocking.h"
#include "base/url.h"
#include "client/client_file.h"
#include "client/trace.h"
#include "crypto/random.h"

namespace signet::attacks {
namespace {

struct Settings {
  std::map<std::string, std::string> values;
  bool traces = false;
};

struct Style {
  std::string_view title, dim, good, bad, off;
};

Style style() {
  const char* const no_color = std::getenv("NO_COLOR");
  const bool colors = ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == 0);
  return colors ? Style{"\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[0m"} : Style{"", "", "", "", ""};
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

int fail_with(std::string_view what, const Error& error) {
  fmt::print(stderr, "signet-attacks: {}{} ({})\n", what, error.public_text.view(), error.detail);
  return 1;
}

constexpr std::string_view kUsage =
    "signet-attacks --client-file A --other-client-file B --user NAME --password-file F --api URL [--inner-api URL] "
    "[--trace]\n";

bool show(unsigned number, const Attack& attack) {
  const Style paint = style();
  std::string out = fmt::format("{}{}. {}{}\n   {}{}{}\n", paint.title, number, attack.title, paint.off, paint.dim,
                                attack.lesson, paint.off);
  bool is_safe = true;
  for (const Attempt& attempt : attack.attempts) {
    is_safe = is_safe && attempt.is_refused;
    out += fmt::format("   {:<50} expected {:<24} got {}{:<24}{} {}\n", attempt.what, attempt.expected,
                       attempt.is_refused ? paint.good : paint.bad, attempt.got, paint.off,
                       attempt.is_refused ? "ok" : "NOT AS EXPECTED");
  }
  print(out + "\n");
  return is_safe;
}

Result<SecretText> read_password(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  if (!in || !std::getline(in, line)) return fail(ErrorCode::NotFound, "The password file cannot be read.", path);
  return SecretText(std::move(line));
}

int attack_all(Victim& victim) {
  using Function = Task<Result<Attack>> (*)(Victim&);
  std::vector<Function> attacks = {use_stolen_token, reuse_code, redeem_code_of_another_client, reuse_proof};
  if (!victim.inner_api_url.empty()) attacks.push_back(call_past_the_gateway);
  unsigned number = 0;
  bool is_safe = true;
  for (const Function attack : attacks) {
    const auto result = run_blocking(attack(victim));
    if (!result) return fail_with("the attack could not be tried: ", result.error());
    is_safe = show(++number, *result) && is_safe;
  }
  print(is_safe ? "All attacks were refused.\n" : "An attack was not refused as it should be.\n");
  return is_safe ? 0 : 1;
}

int run(Settings& settings) {
  auto config = client::load_client_file(settings.values["client-file"]);
  if (!config) return fail_with("", config.error());
  auto other_config = client::load_client_file(settings.values["other-client-file"]);
  if (!other_config) return fail_with("", other_config.error());
  auto password = read_password(settings.values["password-file"]);
  if (!password) return fail_with("", password.error());
  if (config->sender_constraint != oauth::SenderConstraint::Kind::Dpop) {
    fmt::print(stderr, "signet-attacks: the client of --client-file must have dpop_bound_access_tokens\n");
    return 2;
  }
  const SystemClock clock;
  crypto::SystemRandom random;
  const auto issuer = parse_url(config->issuer);
  net::HttpClient http_client({.allow_private_addresses = true, .allow_plain_http = issuer && issuer->is_loopback()});
  remote::HttpTransport network(http_client);
  const auto write = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); };
  client::TracingTransport trace(network, clock, {.colors = ::isatty(STDERR_FILENO) == 1, .sink = write});
  remote::Transport& transport = settings.traces ? static_cast<remote::Transport&>(trace) : network;
  const auto client = client::Client::make(*std::move(config), transport, clock, random);
  if (!client) return fail_with("", client.error());
  const auto other = client::Client::make(*std::move(other_config), transport, clock, random);
  if (!other) return fail_with("", other.error());
  Victim victim{**client,
                **other,
                transport,
                clock,
                random,
                settings.values["user"],
                *std::move(password),
                settings.values["api"],
                settings.values["inner-api"]};
  return attack_all(victim);
}

}  // namespace
}  // namespace signet::attacks

int main(int argc, char** argv) {
  static constexpr option kOptions[] = {{"client-file", required_argument, nullptr, 0},
                                        {"other-client-file", required_argument, nullptr, 0},
                                        {"user", required_argument, nullptr, 0},
                                        {"password-file", required_argument, nullptr, 0},
                                        {"api", required_argument, nullptr, 0},
                                        {"inner-api", required_argument, nullptr, 0},
                                        {"trace", no_argument, nullptr, 't'},
                                        {"help", no_argument, nullptr, 'h'},
                                        {nullptr, 0, nullptr, 0}};
  signet::attacks::Settings settings;
  int index = 0;
  for (int letter = 0; (letter = getopt_long(argc, argv, "h", kOptions, &index)) != -1;) {
    if (letter == '?') return 2;
    if (letter == 'h') {
      signet::attacks::print(std::string(signet::attacks::kUsage));
      return 0;
    }
    if (letter == 't') {
      settings.traces = true;
    } else {
      settings.values[kOptions[index].name] = optarg;
    }
  }
  if (settings.values.size() != 5 + settings.values.count("inner-api")) {
    fmt::print(stderr, "{}", signet::attacks::kUsage);
    return 2;
  }
  return signet::attacks::run(settings);
}
