#pragma once
// The audit trail: records are added and read, never changed and never removed.

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sql/database.h"

namespace signet::store {

struct AuditRecord {
  /// 12 hexadecimal digits of milliseconds and 16 of the number that the trail gave: ids sort by time. Empty until then
  std::string audit_id = {};
  Instant recorded_at{};
  std::string issuer;
  std::string event;            ///< "token.issued"
  std::string outcome;          ///< "granted", "refused", …
  std::string record;           ///< a JSON object without secrets
  std::string account_id = {};  ///< whose history shows the record; empty: nobody's. Costs a write to an index
  bool operator==(const AuditRecord&) const = default;
};

/// Which records to list; what is empty does not matter.
struct AuditFilter {
  std::string issuer = {};
  std::string event = {};
  std::string outcome = {};
  std::optional<Instant> from = std::nullopt;
  std::optional<Instant> until = std::nullopt;  ///< exclusive
  std::string account_id = {};                  ///< of AuditRecord: whose history
  std::string named_client_id = {};             ///< the member client_id of the record
  std::string named_account_id = {};            ///< the member account_id, which records outside of a history have, too
};

class Audit {
 public:
  explicit Audit(sql::Database& database) : database_(database) {}

  /// The record goes to the end of the trail and gets the next number, without a gap.
  static void add(sql::Batch& batch, const AuditRecord& record);

  /// Records by ascending id, those behind `after`; what is no id is before all. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<AuditRecord>>> list(AuditFilter filter, std::string after,
                                                            std::size_t limit) const;
  /// Records by descending id, those before `before`; what is no id is behind all. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<AuditRecord>>> list_newest(AuditFilter filter, std::string before,
                                                                   std::size_t limit) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
