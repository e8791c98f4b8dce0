#include "base/text.h"
#include "server/grants/grant.h"

namespace signet::server {
namespace {

// clang-format off
constexpr GrantRow kGrants[] = {
    // grant_type           function                  public_clients  spec
    {"authorization_code",  authorization_code_grant, true,           "RFC6749-4.1.3"},
    {"refresh_token",       refresh_token_grant,      true,           "RFC6749-6"},
    {"client_credentials",  client_credentials_grant, false,          "RFC6749-4.4"},
};
// clang-format on

}  // namespace

std::span<const GrantRow> grants() {
  return kGrants;
}

TokenBatch::TokenBatch(Exchange& exchange, const Possession& possession) : exchange_(exchange) {
  const store::Replay& replay = exchange.context.store.replay;
  if (const auto& assertion = exchange.caller->assertion) {
    assertion_guard_ = replay.add_mark(batch_, assertion->hash);
  }
  if (const auto& mark = possession.dpop_mark) dpop_guard_ = replay.add_mark(batch_, mark->hash);
}

Task<Result<void>> TokenBatch::commit() {
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await exchange_.context.database.write(std::move(batch_)));
  if (!result.failed_guard) co_return Result<void>{};
  if (result.failed_guard == grant_guard_) co_return fail(ErrorCode::AlreadyUsed, "The credential was used before.");
  exchange_.context.metrics.count(Metrics::Counter::ReplaysRefused);
  co_return std::unexpected(result.failed_guard == assertion_guard_ ? replayed_assertion() : replayed_proof());
}

Result<std::vector<std::string>> narrow_scope(const http::Form& form, const std::vector<std::string>& granted) {
  const auto asked = form.find("scope");
  if (!asked) return granted;
  TRY_ASSIGN(auto scope, oauth::parse_scope(*asked));
  if (!oauth::is_subset(scope, granted))
    return fail(ErrorCode::InvalidScope, "The parameter scope asks for more than was granted.");
  return scope;
}

Task<Result<void>> check_account(Exchange& exchange, std::string account_id) {
  CO_TRY_ASSIGN(const auto account, co_await exchange.context.store.accounts.find(std::move(account_id)));
  if (account && !account->disabled) co_return Result<void>{};
  co_return fail(ErrorCode::InvalidGrant, "The user of this grant does not exist any more.");
}

Task<Result<void>> revoke_after_reuse(Exchange& exchange, std::string grant_id, std::string_view credential) {
  sql::Batch batch;
  exchange.context.store.grants.add_revoke(batch, grant_id, exchange.now);
  AuditEvent("grant.revoked", "reuse")
      .client(exchange.client_id)
      .text("grant_id", grant_id)
      .text("credential", credential)
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now, exchange.context.random);
  CO_TRY(co_await exchange.context.database.write(std::move(batch)));
  co_return Result<void>{};
}

}  // namespace signet::server
