#pragma once
// Invitations to devices. A page shows a code, one device answers to it, and the page that showed it takes the device
// up.

#include <optional>
#include <string>

#include "sql/database.h"

namespace signet::store {

struct DeviceRegistrationRecord {
  Digest256 code_hash{};
  std::string issuer;
  std::string account_id;
  std::string device = {};  ///< JSON of what answered; empty as long as nothing has
  Instant expires_at{};
  bool operator==(const DeviceRegistrationRecord&) const = default;
};

class DeviceRegistrations {
 public:
  explicit DeviceRegistrations(sql::Database& database) : database_(database) {}

  /// Needs: Accounts::add_require before it, so that nothing is added to an account that was just erased.
  static void add_insert(sql::Batch& batch, const DeviceRegistrationRecord& registration);
  /// Adds a guard that fails when the code is unknown or over, or another device has answered to it.
  static std::size_t add_answer(sql::Batch& batch, const Digest256& code_hash, const std::string& device, Instant now);
  /// Adds a guard that fails unless the account's code was answered to by exactly this device; then the code is gone.
  static std::size_t add_consume(sql::Batch& batch, const std::string& account_id, const Digest256& code_hash,
                                 const std::string& device, Instant now);

  /// Nothing when it is over. Fails: Unavailable, Bug (unreadable)
  [[nodiscard]] Task<Result<std::optional<DeviceRegistrationRecord>>> find(Digest256 code_hash, Instant now) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
