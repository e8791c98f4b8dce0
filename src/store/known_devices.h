#pragma once
// Browsers and apps that an account has logged in with, by the hash of what the device keeps, and where they were last.

#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"

namespace signet::store {

struct KnownDeviceRecord {
  std::string account_id;
  Digest256 device_hash{};  ///< SHA-256 of the device's cookie or of the thumbprint of its key
  std::string issuer;
  std::string name;                           ///< readable, of the browser or app
  std::string address;                        ///< of its last use
  std::string country;                        ///< ISO 3166-1 alpha-2; empty: not known
  std::optional<std::int64_t> latitude = {};  ///< millionths of a degree
  std::optional<std::int64_t> longitude = {};
  Instant first_used_at{};
  Instant last_used_at{};
  Instant expires_at{};
  bool operator==(const KnownDeviceRecord&) const = default;
};

class KnownDevices {
 public:
  explicit KnownDevices(sql::Database& database) : database_(database) {}

  /// Remembers a use. The first use of a device that is known already stays, unless it had expired by now.
  static void add_upsert(sql::Batch& batch, const KnownDeviceRecord& device);
  /// Adds a guard that fails when the account has no such device.
  static std::size_t add_remove(sql::Batch& batch, const std::string& account_id, const Digest256& device_hash);
  static void add_remove_all(sql::Batch& batch, const std::string& account_id);

  /// Each tells of devices that have not expired. Fails: Unavailable, Bug (unreadable)
  [[nodiscard]] Task<Result<std::optional<KnownDeviceRecord>>> find(std::string account_id, Digest256 device_hash,
                                                                    Instant now) const;
  /// The one that was used last.
  [[nodiscard]] Task<Result<std::optional<KnownDeviceRecord>>> newest(std::string account_id, Instant now) const;
  /// All of an account, the one that was used last first.
  [[nodiscard]] Task<Result<std::vector<KnownDeviceRecord>>> list(std::string account_id, Instant now) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
