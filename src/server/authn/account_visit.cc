#include "server/authn/account_visit.h"

#include "server/authn/session.h"

namespace signet::server::authn {

std::string account_address(const Exchange& exchange) {
  return exchange.issuer.path() + "/account";
}

Task<Result<bool>> is_visit_over(Exchange& exchange, const Interaction& interaction) {
  const workflow::Facts& facts = interaction.instance.facts;
  const workflow::Definition& definition = *interaction.definition;
  if (definition.name != kAccountWorkflow || workflow::is_finished(definition, interaction.instance)) co_return false;
  // PSD2-RTS-4.3d
  const Duration idle = exchange.now - from_unix_millis(fact::integer(facts, fact::kLastSeen));
  if (idle >= exchange.context.config.login.account_idle) co_return true;
  if (!fact::is_set(facts, fact::kSignedIn)) co_return false;
  CO_TRY_ASSIGN(const auto session, co_await find_session(exchange));
  if (!session || session->account_id != fact::text(facts, fact::kAccountId)) co_return true;
  exchange.context.store.sessions.touch(*session, exchange.now);
  co_return false;
}

}  // namespace signet::server::authn
