#include "server/authn/factors/removal.h"

#include <algorithm>

#include "crypto/digest.h"
#include "server/authn/browser.h"
#include "server/authn/candidates.h"
#include "server/authn/steps/account_page.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;

bool can_begin_login(const store::FactorRecord& row) {
  const Factor* factor = find_factor(row.kind);
  return factor != nullptr && factor->is_primary;
}

/// Who removes a factor may have lost it: what was signed in with it elsewhere ends with it.
Task<Result<void>> end_sessions_of(StepWork& work, std::string account_id, std::string factor_id) {
  Exchange& exchange = work.exchange;
  const auto cookie = find_session_cookie(exchange);
  const std::optional<Digest256> own = cookie ? std::optional(crypto::sha256(*cookie)) : std::nullopt;
  CO_TRY_ASSIGN(const auto sessions, co_await exchange.context.store.sessions.list(account_id, exchange.now));
  for (const auto& session : sessions) {
    const Proofs proofs = proofs_in(session);
    const bool is_proven_with = std::ranges::find(proofs, factor_id, &Proof::factor_id) != proofs.end();
    if (is_proven_with && session.session_hash != own) store::Sessions::add_remove(work.changes, session.session_hash);
  }
  co_return Result<void>();
}

Task<Result<EffectAnswer>> remove(StepWork& work, workflow::Effect effect) {
  const store::Store& store = work.exchange.context.store;
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  const std::string factor_id = fact::text(effect.arguments, "factor_id");
  CO_TRY_ASSIGN(const auto account, co_await store.accounts.find(account_id));
  CO_TRY_ASSIGN(const auto rows, co_await store.factors.list(account_id));
  const auto row = std::ranges::find(rows, factor_id, &store::FactorRecord::factor_id);
  if (!account || row == rows.end()) co_return EffectAnswer{.problem = make_gone_problem(work.facts)};
  if (!find_remaining(*account, rows, factor_id).has_way_in) {
    co_return EffectAnswer{.problem =
                               workflow::Problem{.type = "last_factor", .text = text(work.facts, Text::LastWayIn)}};
  }
  const std::size_t mark = store::Factors::add_remove(work.marks, account_id, factor_id);
  work.explain_mark(mark, make_gone_problem(work.facts));
  CO_TRY(co_await end_sessions_of(work, account_id, factor_id));
  record(work, AuditEvent("factor", "removed").text("factor", row->kind).text("factor_id", factor_id));
  co_return EffectAnswer{.event = "removed", .facts = {{fact::kChosenFactor, nullptr}}};
}

Task<Result<EffectAnswer>> rename(StepWork& work, workflow::Effect effect) {
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  const std::string factor_id = fact::text(effect.arguments, "factor_id");
  const std::size_t mark =
      store::Factors::add_rename(work.marks, account_id, factor_id, fact::text(effect.arguments, "name"));
  work.explain_mark(mark, make_gone_problem(work.facts));
  record(work, AuditEvent("factor", "renamed").text("factor_id", factor_id));
  co_return EffectAnswer{.event = "changed"};
}

}  // namespace

RemainingFactors find_remaining(const store::AccountRecord& account, std::span<const store::FactorRecord> rows,
                                std::string_view removed_id) {
  std::vector<store::FactorRecord> left;
  std::ranges::copy_if(rows, std::back_inserter(left), [&](const auto& row) { return row.factor_id != removed_id; });
  return {.has_way_in = !account.password_hash.empty() || std::ranges::any_of(left, can_begin_login),
          .has_second_factor = has_second_factor(left)};
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
