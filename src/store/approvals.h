#pragma once
// What payers approved, with the evidence of it. Records are added and read, never changed.

#include <optional>
#include <string>

#include "sql/database.h"

namespace signet::store {

struct ApprovalRecord {
  std::string approval_id;
  std::string issuer;
  std::string account_id;
  std::string client_id;
  std::string grant_id;      ///< what the client was given for it
  std::string details_hash;  ///< oauth::details_hash of the authorization_details
  std::string shown;         ///< canonical JSON of everything that was shown; its hash was signed
  std::string evidence;      ///< JSON: the factor and the material it signed
  Instant created_at{};
  bool operator==(const ApprovalRecord&) const = default;
};

class Approvals {
 public:
  explicit Approvals(sql::Database& database) : database_(database) {}

  static void add(sql::Batch& batch, const ApprovalRecord& approval);

  /// Fails: Unavailable
  [[nodiscard]] Task<Result<std::optional<ApprovalRecord>>> find(std::string issuer, std::string approval_id) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
