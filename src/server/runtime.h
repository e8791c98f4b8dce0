#pragma once
// A configuration brought to life: database, keys, issuers, listeners, and the work that repeats.

#include <memory>

#include "base/log.h"
#include "net/server.h"
#include "server/config.h"
#include "sql/database.h"

namespace signet::server {

/// The name of the listener for health checks and metrics.
inline constexpr std::string_view kManagementListener = "management";

class Runtime {
 public:
  /// Everything up to the first accepted connection. `log` outlives the runtime. Fails: Unavailable (database, port in
  /// use), Denied (master key), Conflict (database of a newer program), Malformed (certificates)
  [[nodiscard]] static Result<std::unique_ptr<Runtime>> start(Config config, const Log& log);
  ~Runtime();  ///< stops when still running
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Stops accepting, finishes what runs within the configured grace, and ends the repeated work.
  void stop();
  /// The port a listener really has; "management" is that of health checks and metrics.
  [[nodiscard]] std::uint16_t port(std::string_view listener) const;

 private:
  Runtime();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Makes the data folder for its owner alone, opens the database and brings its schema up to date.
/// Fails: Unavailable, Conflict (the database is newer than this program)
[[nodiscard]] Result<std::unique_ptr<sql::Database>> open_database(const Config& config,
                                                                   const sql::OnMigrated& on_migrated);

}  // namespace signet::server
