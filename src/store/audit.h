#pragma once
// The audit trail: records are added and read, never changed and never removed.

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "sql/database.h"

namespace signet::store {

struct AuditRecord {
  std::string audit_id;  ///< of make_audit_id: ids sort by time
  Instant recorded_at{};
  std::string issuer;
  std::string event;            ///< "token.issued"
  std::string outcome;          ///< "granted", "refused", …
  std::string record;           ///< a JSON object without secrets
  std::string account_id = {};  ///< whose history shows the record; empty: nobody's. Costs a write to an index
  bool operator==(const AuditRecord&) const = default;
};

/// 12 hexadecimal digits of milliseconds and 22 random characters.
[[nodiscard]] std::string make_audit_id(Instant at, Random& random);
/// What ids of this moment and later begin with; itself smaller than all of them.
[[nodiscard]] std::string audit_id_prefix(Instant at);

/// Which records to list; what is empty does not matter.
struct AuditFilter {
  std::string issuer = {};
  std::string event = {};
  std::string outcome = {};
  std::optional<Instant> from = std::nullopt;
  std::optional<Instant> until = std::nullopt;  ///< exclusive
  std::string account_id = {};                  ///< of AuditRecord: whose history
};

class Audit {
 public:
  explicit Audit(sql::Database& database) : database_(database) {}

  static void add(sql::Batch& batch, const AuditRecord& record);

  /// Records by ascending id, those behind `after`. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<AuditRecord>>> list(AuditFilter filter, std::string after,
                                                            std::size_t limit) const;
  /// Records by descending id, those before `before`; an empty `before` starts with the newest. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<AuditRecord>>> list_newest(AuditFilter filter, std::string before,
                                                                   std::size_t limit) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
