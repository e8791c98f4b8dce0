#pragma once
// What a policy saw and decided at a login, so that another policy can be tried on it before it is applied.

#include <string>
#include <vector>

#include "sql/database.h"

namespace signet::store {

/// How long a context is kept.
inline constexpr Duration kDecisionContextMemory = days{30};

struct DecisionContextRecord {
  std::string context_id;  ///< of make_dated_id: ids sort by time
  std::string issuer;
  std::string account_id;  ///< empty while nobody was identified
  Instant recorded_at{};
  std::int64_t workflow_version = 0;  ///< 0: the one of the program
  std::int64_t policy_version = 0;
  std::string context;   ///< JSON object of the facts, without secrets
  std::string decision;  ///< JSON of workflow::Decision
  bool operator==(const DecisionContextRecord&) const = default;
};

class DecisionContexts {
 public:
  explicit DecisionContexts(sql::Database& database) : database_(database) {}

  static void add(sql::Batch& batch, const DecisionContextRecord& context);

  /// The newest of an issuer, newest first, those before `before`; an empty `before` starts with the newest.
  /// Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<DecisionContextRecord>>> list_newest(std::string issuer, std::string before,
                                                                             std::size_t limit) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
