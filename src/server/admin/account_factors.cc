#include "server/admin/account_factors.h"

#include <algorithm>

#include "server/admin/accounts.h"
#include "server/authn/factors/removal.h"

namespace signet::server::admin {
namespace {

json::object to_json(const store::FactorRecord& factor) {
  json::object out;
  out["factor_id"] = factor.factor_id;
  out["kind"] = factor.kind;
  out["name"] = factor.name;
  out["created_at"] = to_unix_seconds(factor.created_at);
  if (factor.last_used_at) out["last_used_at"] = to_unix_seconds(*factor.last_used_at);
  return out;
}

}  // namespace

Task<Result<json::array>> list_account_factors(const Tools& tools, std::string issuer_id, std::string username) {
  CO_TRY_ASSIGN(const auto account, co_await load_account_record(tools, issuer_id, username));
  CO_TRY_ASSIGN(const auto factors, co_await tools.store.factors.list(account.account_id));
  json::array list;
  for (const auto& factor : factors) list.push_back(to_json(factor));
  co_return list;
}

Task<Result<void>> remove_account_factor(const Tools& tools, const Actor& actor, std::string issuer_id,
                                         std::string username, std::string factor_id) {
  constexpr PublicText kUnknown = "The account has no such factor.";
  CO_TRY_ASSIGN(const auto account, co_await load_account_record(tools, issuer_id, username));
  CO_TRY_ASSIGN(const auto factors, co_await tools.store.factors.list(account.account_id));
  const auto factor = std::ranges::find(factors, factor_id, &store::FactorRecord::factor_id);
  if (factor == factors.end()) co_return fail(ErrorCode::NotFound, kUnknown, factor_id);
  if (!authn::find_remaining(account, factors, factor_id).has_way_in) {
    co_return fail(ErrorCode::Conflict, "The account could not log in any more.",
                   "it has no password: set one first (signet users set-password)");
  }
  const Instant now = tools.clock.now();
  sql::Batch batch;
  store::Factors::add_remove(batch, account.account_id, factor_id);
  store::Sessions::add_remove_all(batch, account.account_id);
  actor.record(AuditEvent("factor", "removed")
                   .account(account.account_id)
                   .text("factor", factor->kind)
                   .text("factor_id", factor_id)
                   .text("reason", "by an operator"),
               batch, issuer_id, now);
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard) co_return fail(ErrorCode::NotFound, kUnknown, factor_id);
  co_return Result<void>{};
}

Task<Result<void>> end_account_sessions(const Tools& tools, const Actor& actor, std::string issuer_id,
                                        std::string username, bool revoke_grants) {
  CO_TRY_ASSIGN(const auto account, co_await load_account_record(tools, issuer_id, username));
  const Instant now = tools.clock.now();
  sql::Batch batch;
  store::Sessions::add_remove_all(batch, account.account_id);
  if (revoke_grants) store::Grants::add_revoke_all_of_account(batch, account.account_id, now);
  actor.record(AuditEvent("account.sessions_ended", "done")
                   .account(account.account_id)
                   .text("grants", revoke_grants ? "revoked" : "kept"),
               batch, issuer_id, now);
  CO_TRY(co_await tools.store.database.write(std::move(batch)));
  co_return Result<void>{};
}

}  // namespace signet::server::admin
