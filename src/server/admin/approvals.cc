#include "server/admin/approvals.h"

#include "server/authn/approval.h"

namespace signet::server::admin {
namespace {

/// Stored text as JSON, or as the text that it is when somebody has broken it.
json::value read(const std::string& text) {
  auto value = parse_json(text);
  return value ? *std::move(value) : json::value(text);
}

}  // namespace

Task<Result<json::object>> load_approval(const Tools& tools, std::string issuer_id, std::string approval_id) {
  CO_TRY_ASSIGN(const auto approval, co_await tools.store.approvals.find(std::move(issuer_id), approval_id));
  if (!approval) co_return fail(ErrorCode::NotFound, "There is no approval of this id.", approval_id);
  const auto verified = authn::verify_approval(*approval);
  json::object out{{"approval_id", approval->approval_id},
                   {"account_id", approval->account_id},
                   {"client_id", approval->client_id},
                   {"grant_id", approval->grant_id},
                   {"approved_at", to_unix_seconds(approval->created_at)},
                   {"authorization_details_sha256", approval->details_hash},
                   {"shown", read(approval->shown)},
                   {"evidence", read(approval->evidence)},
                   {"verified", verified.has_value()}};
  if (!verified) out["broken"] = verified.error().public_text.view();
  co_return out;
}

}  // namespace signet::server::admin
