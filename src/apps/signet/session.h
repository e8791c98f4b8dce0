#pragma once
// The configuration and the database for commands that administer a server, running or not.

#include <memory>
#include <optional>
#include <span>

#include "apps/signet/options.h"
#include "base/result.h"
#include "server/admin/actor.h"
#include "server/config.h"

namespace signet::apps {

inline constexpr Option kConfigOption{"config", 'c', true};
inline constexpr Option kIssuerOption{"issuer", 0, true};

/// The file that -c, $SIGNET_CONFIG or the default name.
[[nodiscard]] std::string config_file(const Arguments& arguments);
/// The configuration, or nothing after every problem was printed.
[[nodiscard]] std::optional<server::Config> load_config_or_print(std::string_view command, const Arguments& arguments);

/// Whether a command is told that the database is a new one: a wrong folder would look like an empty server.
enum class NewDatabase { Told, Wanted };

class Session {
 public:
  /// Opens what the command line names, or prints why it cannot.
  [[nodiscard]] static std::unique_ptr<Session> open(std::string_view command, const Arguments& arguments,
                                                     NewDatabase new_database = NewDatabase::Told);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] const server::Config& config() const;
  [[nodiscard]] sql::Database& database() const;
  [[nodiscard]] const server::admin::Tools& tools() const;
  /// The user of the machine who runs this program.
  [[nodiscard]] const server::admin::Actor& actor() const;
  /// The issuer of --issuer, or the only one; null after a message when it is unknown or must be named.
  [[nodiscard]] const server::IssuerConfig* find_issuer(std::string_view command, const Arguments& arguments) const;

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One call of a verb of such a command: `signet users get ada`.
struct Call {
  const Session& session;
  const server::IssuerConfig& issuer;
  const Arguments& arguments;

  /// What stands behind the verb.
  [[nodiscard]] const std::string& word() const { return arguments.positional().at(1); }
};
struct Verb {
  std::string_view name;
  std::size_t words;  ///< of the command line, the verb among them
  int (*run)(const Call& call);
};
/// Runs the verb that the arguments begin with, on the session and issuer they name; `usage` says what there is.
[[nodiscard]] int run_verb(std::string_view command, std::span<const Verb> verbs, const Arguments& arguments,
                           std::string_view usage);

/// The bytes of a file, "-" being standard input; at most 1 MiB. Fails: NotFound, TooLarge
[[nodiscard]] Result<std::string> read_input(const std::string& file);

}  // namespace signet::apps
