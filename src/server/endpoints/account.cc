// The door to the account pages: a visit begins with the session that is there, or with a sign-in.
#include "base/text.h"
#include "server/authn/account_visit.h"
#include "server/authn/accounts.h"
#include "server/authn/page.h"
#include "server/authn/presentation.h"
#include "server/authn/progress.h"
#include "server/authn/session.h"
#include "server/endpoints/endpoints.h"

namespace signet::server {
namespace {

namespace fact = authn::fact;

workflow::Facts facts_of_visit(const Exchange& exchange) {
  const std::string& name = exchange.issuer.config().display_name;
  workflow::Facts facts{{fact::kPurpose, "account"},
                        {fact::kClientName, name.empty() ? exchange.issuer.origin() : name}};
  const auto query = http::Form::parse(exchange.request.query());
  const auto ui_locales = query ? query->find("ui_locales") : std::nullopt;
  authn::choose_locale(exchange, facts, split_words(ui_locales.value_or("")));
  return facts;
}

Task<Result<http::Response>> answer(Exchange& exchange) {
  workflow::Facts facts = facts_of_visit(exchange);
  CO_TRY_ASSIGN(const auto session, co_await authn::find_session(exchange));
  if (!session) co_return co_await authn::start_interaction(exchange, "login", std::move(facts));
  CO_TRY_ASSIGN(const auto account, co_await exchange.context.store.accounts.find(session->account_id));
  authn::add_session(facts, *session, account ? authn::display_name(*account) : std::string{});
  facts[fact::kReauthenticate] = true;
  exchange.context.store.sessions.touch(*session, exchange.now);
  co_return co_await authn::start_interaction(exchange, std::string(authn::kAccountWorkflow), std::move(facts));
}

}  // namespace

Task<Result<http::Response>> account(Exchange& exchange) {
  co_return authn::or_problem_page(exchange, "login", co_await answer(exchange));
}

}  // namespace signet::server
