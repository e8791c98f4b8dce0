#include "server/authn/account_visit.h"

#include <algorithm>

#include "server/authn/session.h"

namespace signet::server::authn {

std::string account_address(const Exchange& exchange) {
  return exchange.issuer.path() + "/account";
}

Duration longest_age_of_visit(const StepWork& work) {
  const Exchange& exchange = work.exchange;
  return exchange.context.config.login.account_idle + (exchange.now - work.started_at());
}

namespace {

/// Who is held has nothing to do until the hold is over. Spec: PSD2-RTS-4.3-3
bool is_idle(const Exchange& exchange, const Interaction& interaction) {
  const workflow::Facts& facts = interaction.instance.facts;
  const auto since = std::max(fact::integer(facts, fact::kLastSeen), fact::integer(facts, fact::kHeldUntil));
  return interaction.definition->name == kAccountWorkflow &&
         exchange.now - from_unix_millis(since) >= exchange.context.config.login.account_idle;
}

/// The very session that the facts come from: another one of the same account may be worth less. At a login it need
/// not be the browser's own: a second click on a button loses the cookie that answered the first.
Task<Result<bool>> is_session_live(Exchange& exchange, const Interaction& interaction) {
  const workflow::Facts& facts = interaction.instance.facts;
  const std::string account_id = fact::text(facts, fact::kAccountId);
  const std::string session_id = fact::text(facts, fact::kSessionId);
  CO_TRY_ASSIGN(const auto own, co_await find_session(exchange));
  if (own) exchange.context.store.sessions.touch(*own, exchange.now);
  if (own && own->account_id != account_id) co_return false;
  if (own && own->session_id == session_id) co_return true;
  if ((!own && interaction.definition->name == kAccountWorkflow) || session_id.empty()) co_return false;
  CO_TRY_ASSIGN(const auto sessions, co_await exchange.context.store.sessions.list(account_id, exchange.now));
  co_return std::ranges::find(sessions, session_id, &store::SessionRecord::session_id) != sessions.end();
}

}  // namespace

Task<Result<bool>> must_begin_again(Exchange& exchange, const Interaction& interaction) {
  const workflow::Facts& facts = interaction.instance.facts;
  if (workflow::is_finished(*interaction.definition, interaction.instance)) co_return false;
  if (is_idle(exchange, interaction)) co_return true;
  // What a session has proven is worth nothing once it is over, also while something is being added to it.
  if (!fact::is_set(facts, fact::kSignedIn) && !facts.contains(fact::kSessionId)) co_return false;
  CO_TRY_ASSIGN(const bool is_live, co_await is_session_live(exchange, interaction));
  co_return !is_live;
}

}  // namespace signet::server::authn
