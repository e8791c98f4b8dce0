// The pages between the authorization endpoint and the redirect back: GET shows the current step of a login, POST
// answers it.
#include "server/authn/account_visit.h"
#include "server/authn/asked.h"
#include "server/authn/face.h"
#include "server/authn/page.h"
#include "server/authn/progress.h"
#include "server/endpoints/endpoints.h"

namespace signet::server {
namespace {

Task<Result<http::Response>> answer(Exchange& exchange) {
  CO_TRY_ASSIGN(authn::Interaction interaction, co_await authn::load_interaction(exchange));
  if (std::string client_id = authn::client_id_of(interaction.instance.facts); !client_id.empty()) {
    CO_TRY(authn::check_own_login(exchange, client_id));
    exchange.client_id = std::move(client_id);
  }
  CO_TRY_ASSIGN(const bool begins_again, co_await authn::must_begin_again(exchange, interaction));
  if (begins_again) co_return co_await authn::begin_again(exchange, interaction);
  if (exchange.request.method == "POST") co_return co_await authn::submit(exchange, std::move(interaction));
  co_return co_await authn::show(exchange, std::move(interaction));
}

}  // namespace

Task<Result<http::Response>> login(Exchange& exchange) {
  co_return authn::or_problem_page(exchange, "login", co_await answer(exchange));
}

}  // namespace signet::server
