#pragma once
// Registered clients: their metadata as JSON text, with a version that changes with every update.

#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"

namespace signet::store {

struct ClientRecord {
  std::string client_id;
  std::string issuer;
  std::int64_t version = 1;
  std::string metadata;  ///< RFC 7591 JSON; the server parses it with the profile of the issuer
  Instant created_at{};
  Instant updated_at{};
  bool operator==(const ClientRecord&) const = default;
};

class Clients {
 public:
  explicit Clients(sql::Database& database) : database_(database) {}

  /// Adds a guard that fails when the client exists already.
  static std::size_t add_create(sql::Batch& batch, const ClientRecord& client);
  /// Adds a guard that fails when the client is unknown or, with `expected_version`, was changed in between.
  /// The guard's row holds the new version.
  static std::size_t add_update(sql::Batch& batch, const std::string& client_id, const std::string& issuer,
                                const std::string& metadata, std::optional<std::int64_t> expected_version, Instant now);
  /// Adds a guard that fails when the client is unknown, and then the removal of all that belongs to it: grants, codes,
  /// tokens, consents, pushed requests. Looks at every access token and code that lives at the moment.
  static std::size_t add_remove(sql::Batch& batch, const std::string& client_id, const std::string& issuer,
                                Instant now);
  /// Adds a guard that fails when the client is unknown: nothing is given to a client that was removed in between.
  static std::size_t add_require(sql::Batch& batch, const std::string& client_id, const std::string& issuer);

  /// Fails: Conflict (exists), Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> create(ClientRecord client) const;
  /// The new version. Fails: NotFound, Conflict (changed in between), Unavailable, Overloaded
  [[nodiscard]] Task<Result<std::int64_t>> update(std::string client_id, std::string issuer, std::string metadata,
                                                  std::optional<std::int64_t> expected_version, Instant now) const;
  /// Removes the client with all that belongs to it. Fails: NotFound, Unavailable, Overloaded
  [[nodiscard]] Task<Result<void>> remove(std::string client_id, std::string issuer, Instant now) const;

  /// Fails: Unavailable
  [[nodiscard]] Task<Result<std::optional<ClientRecord>>> find(std::string client_id, std::string issuer) const;
  /// The version alone, for caches of parsed clients. A client that was removed and registered again starts with
  /// version 1, so a cache compares `created_at` too. Fails: Unavailable
  struct Version {
    std::int64_t version = 0;
    Instant created_at{};
    bool operator==(const Version&) const = default;
  };
  [[nodiscard]] Task<Result<std::optional<Version>>> find_version(std::string client_id, std::string issuer) const;
  /// Clients of an issuer by ascending client_id, those behind `after`. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<ClientRecord>>> list(std::string issuer, std::string after,
                                                             std::size_t limit) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
