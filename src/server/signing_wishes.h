#pragma once
// Which algorithms clients are registered for, beside those that their issuer signs with: a wish can be older than the
// issuer's choice of today.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "server/config.h"
#include "store/store.h"

namespace signet::server {

/// The first member of the metadata that asks for signatures which the issuer does not make; nothing when it makes all.
[[nodiscard]] std::optional<std::string_view> find_unserved_wish(const json::object& metadata,
                                                                 const IssuerConfig& issuer);

struct UnservedClient {
  std::string client_id;
  std::string member;
  std::string algorithm;
};
/// The clients of the issuer that have such a wish, by client_id. Reads every client. Fails: Unavailable
[[nodiscard]] Task<Result<std::vector<UnservedClient>>> list_unserved_clients(const store::Store& store,
                                                                              const IssuerConfig& issuer);

}  // namespace signet::server
