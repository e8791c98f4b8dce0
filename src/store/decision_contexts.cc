#include "store/decision_contexts.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kAdd =
    "INSERT INTO decision_contexts (context_id, issuer, account_id, recorded_at, workflow_version, policy_version,"
    " context, decision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kListNewest =
    "SELECT context_id, issuer, account_id, recorded_at, workflow_version, policy_version, context, decision"
    " FROM decision_contexts WHERE context_id < $1 AND issuer = $2 ORDER BY context_id DESC LIMIT $3";

/// Greater than every id: ids start with a hexadecimal digit.
constexpr std::string_view kBehindAll = "g";

Result<DecisionContextRecord> decode(const sql::Row& row) {
  return DecisionContextRecord{.context_id = row.text(0),
                               .issuer = row.text(1),
                               .account_id = row.text(2),
                               .recorded_at = row.instant(3),
                               .workflow_version = row.integer(4),
                               .policy_version = row.integer(5),
                               .context = row.text(6),
                               .decision = row.text(7)};
}

}  // namespace

void DecisionContexts::add(sql::Batch& batch, const DecisionContextRecord& context) {
  batch.add(kAdd, {context.context_id, context.issuer, context.account_id, time_value(context.recorded_at),
                   context.workflow_version, context.policy_version, context.context, context.decision});
}

Task<Result<std::vector<DecisionContextRecord>>> DecisionContexts::list_newest(std::string issuer, std::string before,
                                                                               std::size_t limit) const {
  if (before.empty()) before = kBehindAll;
  return find_all<DecisionContextRecord>(
      database_, {kListNewest, {std::move(before), std::move(issuer), limit_value(limit)}}, decode);
}

}  // namespace signet::store
