#include "store/approvals.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kAdd =
    "INSERT INTO approvals (approval_id, issuer, account_id, client_id, grant_id, details_hash, shown, evidence,"
    " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr std::string_view kFind =
    "SELECT approval_id, issuer, account_id, client_id, grant_id, details_hash, shown, evidence, created_at"
    " FROM approvals WHERE approval_id = $1 AND issuer = $2";

Result<ApprovalRecord> decode(const sql::Row& row) {
  return ApprovalRecord{.approval_id = row.text(0),
                        .issuer = row.text(1),
                        .account_id = row.text(2),
                        .client_id = row.text(3),
                        .grant_id = row.text(4),
                        .details_hash = row.text(5),
                        .shown = row.text(6),
                        .evidence = row.text(7),
                        .created_at = row.instant(8)};
}

}  // namespace

void Approvals::add(sql::Batch& batch, const ApprovalRecord& approval) {
  batch.add(kAdd, {approval.approval_id, approval.issuer, approval.account_id, approval.client_id, approval.grant_id,
                   approval.details_hash, approval.shown, approval.evidence, time_value(approval.created_at)});
}

Task<Result<std::optional<ApprovalRecord>>> Approvals::find(std::string issuer, std::string approval_id) const {
  return find_one<ApprovalRecord>(database_, {kFind, {std::move(approval_id), std::move(issuer)}}, decode);
}

}  // namespace signet::store
