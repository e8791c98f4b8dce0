#include "apps/signet/session.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "apps/signet/output.h"
#include "crypto/random.h"
#include "server/configuration/secret_file.h"
#include "server/runtime.h"
#include "server/settings.h"

namespace signet::apps {
namespace {

constexpr std::size_t kInputLimit = 1024 * 1024;

std::vector<std::string> environment() {
  std::vector<std::string> list;
  for (char** entry = ::environ; *entry != nullptr; ++entry) list.emplace_back(*entry);
  return list;
}

std::string user_name() {
  const passwd* const user = ::getpwuid(::getuid());
  return user == nullptr ? "uid " + std::to_string(::getuid()) : user->pw_name;
}

http::Peer local_peer() {
  return {.address = "", .listener = "command line", .tls = false, .certificate = {}, .chain = {}, .dpop_jkt = {}};
}

std::string issuer_ids(const server::Config& config) {
  std::string ids;
  for (const auto& issuer : config.issuers) ids += (ids.empty() ? "" : ", ") + issuer.id;
  return ids;
}

}  // namespace

std::string config_file(const Arguments& arguments) {
  if (const auto named = arguments.find("config")) return *named;
  const char* const variable = std::getenv("SIGNET_CONFIG");
  return variable == nullptr || *variable == '\0' ? "signet.toml" : variable;
}

std::optional<server::Config> load_config_or_print(std::string_view command, const Arguments& arguments) {
  const std::string file = config_file(arguments);
  auto loaded = server::load_config(file, environment());
  if (loaded.config) return std::move(loaded.config);
  for (const auto& problem : loaded.problems) {
    print_message(problem.place + ": " + (problem.key.empty() ? "" : problem.key + ": ") + problem.text);
  }
  const auto count = loaded.problems.size();
  print_message("signet " + std::string(command) + ": " + std::to_string(count) +
                (count == 1 ? " problem" : " problems") +
                " in the configuration; `signet config-reference` explains every key");
  return std::nullopt;
}

struct Session::Impl {
  Impl(server::Config the_config, std::unique_ptr<sql::Database> the_database, std::string outbound_ca)
      : config(std::move(the_config)),
        database(std::move(the_database)),
        store(*database),
        http_client({.allow_private_addresses = config.outbound_allow_private_addresses,
                     .allow_plain_http = config.outbound_allow_private_addresses}),
        tools{.store = store,
              .http_client = http_client,
              .clock = clock,
              .random = random,
              .outbound_ca_pem = std::move(outbound_ca)},
        actor{.name = user_name(), .peer = local_peer()} {}

  server::Config config;
  SystemClock clock;
  crypto::SystemRandom random;
  std::unique_ptr<sql::Database> database;
  store::Store store;
  net::HttpClient http_client;
  server::admin::Tools tools;
  server::admin::Actor actor;
};

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

std::unique_ptr<Session> Session::open(std::string_view command, const Arguments& arguments, NewDatabase new_database) {
  auto config = load_config_or_print(command, arguments);
  if (!config) return nullptr;
  auto outbound_ca =
      config->outbound_ca_file.empty() ? Result<std::string>() : server::read_text_file(config->outbound_ca_file);
  std::error_code unknown;
  const bool is_new = !std::filesystem::exists(config->database_file, unknown);
  const auto say_migrated = [&](const sql::Migration& migration, Duration) {
    if (!is_new) print_message("the database was brought up to date: " + std::string(migration.name));
  };
  auto database = outbound_ca ? server::open_database(*config, say_migrated) : std::unexpected(outbound_ca.error());
  if (!database) {
    print_failure(command, database.error());
    return nullptr;
  }
  const bool is_told = is_new && new_database == NewDatabase::Told;
  if (is_told) print_message("there was no database at " + config->database_file + ": an empty one was made");
  auto impl = std::make_unique<Impl>(std::move(*config), std::move(*database), std::move(*outbound_ca));
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

const server::Config& Session::config() const {
  return impl_->config;
}
sql::Database& Session::database() const {
  return *impl_->database;
}
const server::admin::Tools& Session::tools() const {
  return impl_->tools;
}
const server::admin::Actor& Session::actor() const {
  return impl_->actor;
}

const server::IssuerConfig* Session::find_issuer(std::string_view command, const Arguments& arguments) const {
  const auto wanted = arguments.find("issuer");
  for (const auto& issuer : impl_->config.issuers) {
    if (wanted ? issuer.id == *wanted : impl_->config.issuers.size() == 1) return &issuer;
  }
  const std::string ids = issuer_ids(impl_->config);
  print_usage_error(command, wanted ? "there is no issuer \"" + *wanted + "\"; the configuration has " + ids
                                    : "name the issuer with --issuer; the configuration has " + ids);
  return nullptr;
}

int run_verb(std::string_view command, std::span<const Verb> verbs, const Arguments& arguments,
             std::string_view usage) {
  const auto& given = arguments.positional();
  for (const Verb& verb : verbs) {
    if (given.empty() || given[0] != verb.name || given.size() != verb.words) continue;
    const auto session = Session::open(command, arguments);
    if (!session) return kRefused;
    const auto* issuer = session->find_issuer(command, arguments);
    return issuer == nullptr ? kUsage : verb.run({*session, *issuer, arguments});
  }
  return print_usage_error(command, usage);
}

Result<std::string> read_input(const std::string& file) {
  if (file != "-") return server::read_text_file(file);
  std::string text;
  for (std::istreambuf_iterator<char> in(std::cin), end; in != end; ++in) {
    text += *in;
    if (text.size() > kInputLimit) return fail(ErrorCode::TooLarge, "The input is too large.", "at most 1 MiB");
  }
  return text;
}

}  // namespace signet::apps
