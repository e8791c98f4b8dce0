#include "server/authn/factors/removal.h"

#include <algorithm>

#include "server/authn/account_visit.h"
#include "server/authn/browser.h"
#include "server/authn/candidates.h"
#include "server/authn/factors/enrolment.h"
#include "server/authn/factors/factor.h"
#include "server/authn/notices.h"
#include "server/authn/steps/account_page.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;

AuditEvent make_event(const StepWork& work, std::string_view outcome, const store::FactorRecord& row) {
  return AuditEvent("factor", outcome)
      .client(work.exchange.client_id)
      .text("factor", row.kind)
      .text("factor_id", row.factor_id);
}

/// Was this factor, or a recovery code, proven lately? The beginning of a long visit is no such moment.
bool is_freshly_proven(const StepWork& work, const store::FactorRecord& row) {
  const Duration at_most = 3 * work.exchange.context.config.login.account_idle;
  const auto fresh =
      fresh_proofs(proofs_of(work.facts), std::min(longest_age_of_visit(work), at_most), work.exchange.now);
  return std::ranges::any_of(fresh, [&](const Proof& proof) {
    const Factor* factor = find_factor(proof.factor);
    return proof.factor_id == row.factor_id || (factor != nullptr && factor->is_reserve);
  });
}

bool can_begin_login(const store::FactorRecord& row) {
  const Factor* factor = find_factor(row.kind);
  return factor != nullptr && factor->is_primary;
}

/// Who removes a factor may have lost it: what was signed in with it elsewhere ends with it.
Task<Result<void>> end_sessions_of(StepWork& work, store::FactorRecord row) {
  Exchange& exchange = work.exchange;
  const auto own = find_session_hash(exchange);
  CO_TRY_ASSIGN(const auto sessions, co_await exchange.context.store.sessions.list(row.account_id, exchange.now));
  for (const auto& session : sessions) {
    const Proofs proofs = proofs_in(session);
    const bool is_proven_with = std::ranges::find(proofs, row.factor_id, &Proof::factor_id) != proofs.end();
    if (is_proven_with && session.session_hash != own)
      store::Sessions::add_remove(work.changes, session.session_hash, session.issuer);
  }
  co_return Result<void>();
}

EffectAnswer refuse(const StepWork& work, std::string type, Text said) {
  return {.problem = workflow::Problem{.type = std::move(type), .text = text(work.facts, said)}};
}

Task<Result<EffectAnswer>> remove(StepWork& work, workflow::Effect effect) {
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  CO_TRY_ASSIGN(const auto account, co_await work.load_account(account_id));
  CO_TRY_ASSIGN(const auto rows, co_await work.load_factors());
  const auto row = std::ranges::find(rows, fact::text(effect.arguments, "factor_id"), &store::FactorRecord::factor_id);
  if (!account || row == rows.end()) co_return EffectAnswer{.problem = make_gone_problem(work.facts)};
  const RemainingFactors remaining = find_remaining(*account, rows, row->factor_id);
  if (!remaining.has_way_in) co_return refuse(work, "last_factor", Text::LastWayIn);
  const bool is_last = !remaining.has_second_factor && has_second_factor({*row});
  if (is_last && !is_freshly_proven(work, *row)) co_return refuse(work, "proof_needed", Text::ProofNeeded);
  CO_TRY(co_await remove_row(work, *row, "by its owner"));
  CO_TRY(co_await end_sessions_of(work, *row));
  co_return EffectAnswer{.event = "removed", .facts = {{fact::kChosenFactor, nullptr}}};
}

Task<Result<EffectAnswer>> rename(StepWork& work, workflow::Effect effect) {
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  const std::string factor_id = fact::text(effect.arguments, "factor_id");
  CO_TRY_ASSIGN(const auto row, co_await work.exchange.context.store.factors.find(account_id, factor_id));
  if (!row) co_return EffectAnswer{.problem = make_gone_problem(work.facts)};
  record(work, make_event(work, "renamed", *row));
  const std::size_t mark = store::Factors::add_rename(work.marks, account_id, factor_id,
                                                      find_typed_name(fact::text(effect.arguments, "name")));
  work.explain_mark(mark, make_gone_problem(work.facts));
  co_return EffectAnswer{.event = "renamed"};
}

}  // namespace

RemainingFactors find_remaining(const store::AccountRecord& account, std::span<const store::FactorRecord> rows,
                                std::string_view removed_id) {
  std::vector<store::FactorRecord> left;
  std::ranges::copy_if(rows, std::back_inserter(left), [&](const auto& row) { return row.factor_id != removed_id; });
  return {.has_way_in = !account.password_hash.empty() || std::ranges::any_of(left, can_begin_login),
          .has_second_factor = has_second_factor(left)};
}

Task<Result<void>> remove_row(StepWork& work, store::FactorRecord row, std::string reason) {
  record(work, make_event(work, "removed", row).text("reason", reason));
  const Factor* factor = find_factor(row.kind);
  CO_TRY(co_await add_notice(work, Notice::FactorRemoved,
                             factor == nullptr ? row.kind : text(work.facts, title_of_set(*factor))));
  const std::size_t mark = store::Factors::add_remove(work.marks, row.account_id, row.factor_id);
  work.explain_mark(mark, make_gone_problem(work.facts));
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
