#include "server/authn/factors/removal.h"

#include <algorithm>

#include "server/authn/candidates.h"
#include "server/authn/factors/enrolment.h"
#include "server/authn/factors/factor.h"
#include "server/authn/notices.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;

AuditEvent make_event(const StepWork& work, std::string_view outcome, const store::FactorRecord& row) {
  return AuditEvent("factor", outcome)
      .client(work.exchange.client_id)
      .account(row.account_id)
      .text("factor", row.kind)
      .text("factor_id", row.factor_id);
}

void record(StepWork& work, AuditEvent event) {
  const Exchange& exchange = work.exchange;
  std::move(event).add_to(work.changes, exchange.issuer.id(), exchange.request.peer, exchange.now,
                          exchange.context.random);
}

/// Was this factor, or a recovery code, proven as lately as the account pages demand?
bool is_freshly_proven(const StepWork& work, const store::FactorRecord& row) {
  const auto fresh =
      fresh_proofs(proofs_of(work.facts), work.exchange.context.config.login.account_idle, work.exchange.now);
  return std::ranges::any_of(fresh, [&](const Proof& proof) {
    const Factor* factor = find_factor(proof.factor);
    return proof.factor_id == row.factor_id || (factor != nullptr && factor->is_reserve);
  });
}

bool is_last(std::vector<store::FactorRecord> rows, const store::FactorRecord& row) {
  if (!has_second_factor({row})) return false;
  std::erase_if(rows, [&](const auto& other) { return other.factor_id == row.factor_id; });
  return !has_second_factor(rows);
}

Task<Result<EffectAnswer>> remove(StepWork& work, workflow::Effect effect) {
  const std::string factor_id = fact::text(effect.arguments, "factor_id");
  CO_TRY_ASSIGN(const auto rows, co_await work.exchange.context.store.factors.list(work.account_id()));
  const auto row = std::ranges::find(rows, factor_id, &store::FactorRecord::factor_id);
  if (row == rows.end()) co_return fail(ErrorCode::NotFound, "The account has no such factor.");
  if (is_last(rows, *row) && !is_freshly_proven(work, *row)) {
    co_return EffectAnswer{.problem =
                               workflow::Problem{.type = "proof_needed", .text = text(work.facts, Text::ProofNeeded)}};
  }
  CO_TRY(co_await remove_row(work, *row, "by its owner"));
  co_return EffectAnswer{.event = "removed"};
}

Task<Result<EffectAnswer>> rename(StepWork& work, workflow::Effect effect) {
  const std::string factor_id = fact::text(effect.arguments, "factor_id");
  CO_TRY_ASSIGN(const auto row, co_await work.exchange.context.store.factors.find(work.account_id(), factor_id));
  if (!row) co_return fail(ErrorCode::NotFound, "The account has no such factor.");
  record(work, make_event(work, "renamed", *row));
  (void)store::Factors::add_rename(work.changes, row->account_id, factor_id,
                                   find_typed_name(fact::text(effect.arguments, "name")));
  co_return EffectAnswer{.event = "renamed"};
}

}  // namespace

Task<Result<void>> remove_row(StepWork& work, store::FactorRecord row, std::string reason) {
  record(work, make_event(work, "removed", row).text("reason", reason));
  const Factor* factor = find_factor(row.kind);
  CO_TRY(
      co_await add_notice(work, Notice::FactorRemoved, factor == nullptr ? row.kind : text(work.facts, factor->title)));
  (void)store::Factors::add_remove(work.changes, row.account_id, row.factor_id);
  co_return Result<void>();
}

const EffectHandler& remove_factor_effect() {
  static const EffectHandler handler{"remove_factor", remove};
  return handler;
}
const EffectHandler& rename_factor_effect() {
  static const EffectHandler handler{"rename_factor", rename};
  return handler;
}

}  // namespace signet::server::authn
