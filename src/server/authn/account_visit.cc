#include "server/authn/account_visit.h"

#include "server/authn/session.h"

namespace signet::server::authn {

std::string account_address(const Exchange& exchange) {
  return exchange.issuer.path() + "/account";
}

Duration longest_age_of_visit(const StepWork& work) {
  const Exchange& exchange = work.exchange;
  return exchange.context.config.login.account_idle + (exchange.now - work.interaction.started_at());
}

namespace {

/// PSD2-RTS-4.3-3
bool is_idle(const Exchange& exchange, const Interaction& interaction) {
  const Instant last_seen = from_unix_millis(fact::integer(interaction.instance.facts, fact::kLastSeen));
  return interaction.definition->name == kAccountWorkflow &&
         exchange.now - last_seen >= exchange.context.config.login.account_idle;
}

}  // namespace

Task<Result<bool>> must_begin_again(Exchange& exchange, const Interaction& interaction) {
  const workflow::Facts& facts = interaction.instance.facts;
  if (workflow::is_finished(*interaction.definition, interaction.instance)) co_return false;
  if (is_idle(exchange, interaction)) co_return true;
  if (!fact::is_set(facts, fact::kSignedIn)) co_return false;
  CO_TRY_ASSIGN(const auto session, co_await find_session(exchange));
  if (!session || session->account_id != fact::text(facts, fact::kAccountId)) co_return true;
  exchange.context.store.sessions.touch(*session, exchange.now);
  co_return false;
}

}  // namespace signet::server::authn
