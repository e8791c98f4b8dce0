// One step of an app's login in the browser of its user: GET with `launch` gives it to this browser, GET shows it, POST
// answers it and leads back to the app.
#include "server/authn/browser_step.h"

#include "server/authn/browser.h"
#include "server/authn/page.h"
#include "server/authn/progress.h"
#include "server/endpoints/endpoints.h"

namespace signet::server {
namespace {

Task<Result<http::Response>> answer(Exchange& exchange) {
  const bool is_post = exchange.request.method == "POST";
  if (!is_post && !exchange.request.query().empty()) co_return co_await authn::launch_browser_step(exchange);
  CO_TRY_ASSIGN(authn::Interaction interaction, co_await authn::load_browser_step(exchange));
  CO_TRY_ASSIGN(workflow::Representation page, co_await authn::load_page(exchange, interaction));
  if (!is_post) co_return authn::render_browser_step(exchange, interaction, std::move(page));
  co_return co_await authn::answer_browser_step(exchange, std::move(interaction), std::move(page));
}

}  // namespace

Task<Result<http::Response>> browser_step(Exchange& exchange) {
  if (authn::is_speculative(exchange.request)) co_return authn::make_unseen_answer();
  co_return authn::or_problem_page(exchange, "login", co_await answer(exchange));
}

}  // namespace signet::server
