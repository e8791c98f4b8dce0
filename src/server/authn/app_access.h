#pragma once
// What a client may do for an account: all its grants that are in force, and what it need not ask for again.

#include "base/json.h"
#include "server/context.h"

namespace signet::server::authn {

struct AppAccess {
  std::string client_id;
  std::vector<std::string> scope = {};
  std::vector<std::string> claims = {};  ///< names
  std::vector<std::string> resource = {};
  json::array details = {};        ///< of grants: authorization details
  Instant since{};                 ///< the first of what is in force
  std::optional<Instant> until{};  ///< the last end of a grant; nothing when only the consent is left
};

/// One for each client, the one that was let in last first. Fails: Unavailable
[[nodiscard]] Task<Result<std::vector<AppAccess>>> list_app_access(Exchange& exchange, std::string account_id);

}  // namespace signet::server::authn
