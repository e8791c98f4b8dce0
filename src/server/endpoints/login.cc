// The pages between the authorization endpoint and the redirect back: GET shows the current step of a login, POST
// answers it.
#include <algorithm>

#include "base/text.h"
#include "oauth/iss_rfc9207.h"
#include "server/authn/browser.h"
#include "server/authn/effects.h"
#include "server/authn/facts.h"
#include "server/authn/interaction.h"
#include "server/authn/page.h"
#include "server/authn/policy.h"
#include "server/endpoints/endpoints.h"
#include "server/issue/authorization_code.h"

namespace signet::server {
namespace {

using authn::Interaction;
namespace fact = authn::fact;

Error refused_by_user() {
  return {ErrorCode::AccessDenied, "The user did not allow this."};
}

/// The request of a login with its client and its request URI.
struct Request {
  ClientPointer client;
  oauth::AuthorizationRequest parameters;
  std::optional<oauth::TokenHash> request_uri_hash;
};

Task<Result<Request>> load_request(Exchange& exchange, const Interaction& interaction) {
  const workflow::Facts& facts = interaction.instance.facts;
  Request request;
  CO_TRY_ASSIGN(request.parameters, oauth::parse_stored_authorization_request(peek_string(facts, fact::kRequest)));
  exchange.client_id = request.parameters.client_id;
  if (const std::string_view hash = peek_string(facts, fact::kRequestUriHash); !hash.empty()) {
    CO_TRY_ASSIGN(const Bytes bytes, decode_base64url(hash));
    CO_TRY_ASSIGN(request.request_uri_hash, oauth::TokenHash::from_bytes(bytes));
  }
  CO_TRY_ASSIGN(request.client, co_await exchange.context.clients.find(exchange.issuer.id(), exchange.issuer.profile(),
                                                                       request.parameters.client_id));
  if (request.client == nullptr) co_return fail(ErrorCode::InvalidClient, "The client does not exist any more.");
  co_return request;
}

/// One step of a login on its way to the database: everything it changes, in one batch.
struct Move {
  sql::Batch batch;
  std::size_t step_guard = 0;
  std::optional<std::size_t> account_guard;
  std::string location;  ///< where the browser goes; empty: to the next page
  bool gives_code = false;
};

Task<Result<void>> add_consent(Exchange& exchange, Move& move, const Request& request, const workflow::Facts& facts) {
  const std::string account_id = fact::text(facts, fact::kAccountId);
  const store::Consents& consents = exchange.context.store.consents;
  CO_TRY_ASSIGN(const auto before, co_await consents.find(account_id, request.client->client_id, exchange.issuer.id()));
  store::ConsentRecord consent = before.value_or(store::ConsentRecord{});
  consent.account_id = account_id;
  consent.client_id = request.client->client_id;
  consent.issuer = exchange.issuer.id();
  for (const auto& scope : request.parameters.scope) {
    if (!contains(consent.scope, scope)) consent.scope.push_back(scope);
  }
  for (const auto& name : authn::consent_names(request.parameters)) {
    if (!contains(consent.claims, name)) consent.claims.push_back(name);
  }
  consent.updated_at = exchange.now;
  store::Consents::add_upsert(move.batch, consent);
  AuditEvent("consent", "granted")
      .client(exchange.client_id)
      .account(account_id)
      .text("scope", join(request.parameters.scope, " "))
      .add_to(move.batch, exchange.issuer.id(), exchange.request.peer, exchange.now, exchange.context.random);
  exchange.context.metrics.count(Metrics::Counter::ConsentsGranted);
  co_return Result<void>();
}

/// RFC9126-7.3: the request URI is spent together with the answer. It was good when the login started; that it may have
/// expired while the user typed is no reason to refuse.
void add_consume(Move& move, const Interaction& interaction, const Request& request) {
  if (!request.request_uri_hash) return;
  (void)store::PushedRequests::add_consume(move.batch, *request.request_uri_hash, interaction.started_at());
}

Result<void> add_success(Exchange& exchange, Move& move, const Request& request, const workflow::Facts& facts) {
  TRY_ASSIGN(
      const std::string code,
      issue_authorization_code(exchange, move.batch,
                               {.client = *request.client,
                                .request = request.parameters,
                                .account_id = fact::text(facts, fact::kAccountId),
                                .authenticated_at = from_unix_millis(fact::integer(facts, fact::kAuthenticatedAt)),
                                .acr = fact::text(facts, fact::kAcr),
                                .amr = fact::list(facts, fact::kAmr)}));
  move.location = oauth::render_authorization_success(request.parameters.redirect_uri, exchange.issuer.url(), code,
                                                      request.parameters.state);
  move.gives_code = true;
  return {};
}

void add_refusal(Exchange& exchange, Move& move, const Request& request, const Interaction& interaction) {
  AuditEvent(interaction.instance.step == "consent" ? "consent" : "login", "cancelled")
      .client(exchange.client_id)
      .account(fact::text(interaction.instance.facts, fact::kAccountId))
      .add_to(move.batch, exchange.issuer.id(), exchange.request.peer, exchange.now, exchange.context.random);
  move.location = oauth::render_authorization_error(request.parameters.redirect_uri, exchange.issuer.url(),
                                                    refused_by_user(), request.parameters.state);
  if (interaction.instance.step == "consent") exchange.context.metrics.count(Metrics::Counter::ConsentsDenied);
}

Task<Result<void>> add_effect(Exchange& exchange, Move& move, const Interaction& interaction,
                              const workflow::Facts& facts, const workflow::Effect& effect) {
  CO_TRY_ASSIGN(const Request request, co_await load_request(exchange, interaction));
  if (std::holds_alternative<workflow::RecordConsent>(effect)) {
    co_return co_await add_consent(exchange, move, request, facts);
  }
  add_consume(move, interaction, request);
  if (std::holds_alternative<workflow::FinishAuthorization>(effect))
    co_return add_success(exchange, move, request, facts);
  add_refusal(exchange, move, request, interaction);
  co_return Result<void>();
}

Task<Result<Move>> plan(Exchange& exchange, const Interaction& interaction, const workflow::Outcome& outcome,
                        const std::optional<authn::SignIn>& sign_in) {
  Move move;
  move.step_guard = authn::add_advance(move.batch, interaction, outcome.instance, exchange.now);
  const std::string account_id = fact::text(outcome.instance.facts, fact::kAccountId);
  if (!account_id.empty()) move.account_guard = store::Accounts::add_require(move.batch, account_id);
  if (sign_in) authn::add_sign_in(exchange, move.batch, *sign_in);
  for (const workflow::Effect& effect : outcome.effects) {
    CO_TRY(co_await add_effect(exchange, move, interaction, outcome.instance.facts, effect));
  }
  co_return move;
}

/// Writes the step and says where the browser goes.
Task<Result<http::Response>> take_step(Exchange& exchange, const Interaction& interaction,
                                       const workflow::Outcome& outcome, const std::optional<authn::SignIn>& sign_in) {
  CO_TRY_ASSIGN(Move move, co_await plan(exchange, interaction, outcome, sign_in));
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await exchange.context.database.write(std::move(move.batch)));
  // Another submission of the same page was faster: what it led to is shown.
  if (result.failed_guard == move.step_guard) {
    co_return authn::make_redirect(authn::address_of(exchange, interaction.handle));
  }
  if (result.failed_guard && result.failed_guard == move.account_guard) {
    co_return fail(ErrorCode::AccessDenied, "This account cannot be used at the moment.");
  }
  http::Response response;
  if (result.failed_guard) {
    response = authn::make_problem_page(
        exchange, {ErrorCode::InvalidRequestUri, "The request_uri was used in another window meanwhile."});
  } else {
    response =
        authn::make_redirect(move.location.empty() ? authn::address_of(exchange, interaction.handle) : move.location);
    if (move.gives_code) exchange.context.metrics.count(Metrics::Counter::CodesIssued);
  }
  if (sign_in) authn::set_session_cookie(exchange, response, sign_in->cookie);
  co_return response;
}

Task<Result<http::Response>> submit(Exchange& exchange, const Interaction& interaction) {
  const workflow::Definition& definition = *interaction.definition;
  CO_TRY_ASSIGN(const workflow::Submission submission, authn::parse_submission(exchange, interaction));
  CO_TRY_ASSIGN(workflow::Outcome outcome,
                workflow::advance(definition, interaction.instance, submission, exchange.now));
  std::optional<authn::SignIn> sign_in;
  if (!outcome.effects.empty() && workflow::needs_answer(outcome.effects.back())) {
    auto effect = std::get<workflow::CheckPassword>(std::move(outcome.effects.back()));
    CO_TRY_ASSIGN(authn::PasswordCheck check,
                  co_await authn::check_password(exchange, interaction.instance.facts, std::move(effect)));
    sign_in = std::move(check.sign_in);
    CO_TRY_ASSIGN(outcome, workflow::advance(definition, interaction.instance, check.answer, exchange.now));
  }
  if (!outcome.moved) co_return authn::render_interaction(exchange, interaction, std::move(outcome.representation));
  co_return co_await take_step(exchange, interaction, outcome, sign_in);
}

Task<Result<http::Response>> answer(Exchange& exchange) {
  CO_TRY_ASSIGN(const Interaction interaction, co_await authn::load_interaction(exchange));
  const auto request =
      oauth::parse_stored_authorization_request(peek_string(interaction.instance.facts, fact::kRequest));
  if (request) exchange.client_id = request->client_id;
  if (exchange.request.method == "POST") co_return co_await submit(exchange, interaction);
  CO_TRY_ASSIGN(workflow::Outcome outcome,
                workflow::advance(*interaction.definition, interaction.instance, workflow::Show{}, exchange.now));
  co_return authn::render_interaction(exchange, interaction, std::move(outcome.representation));
}

}  // namespace

Task<Result<http::Response>> login(Exchange& exchange) {
  auto response = co_await answer(exchange);
  if (response || response.error().cause() == Cause::Bug) co_return response;
  exchange.record(AuditEvent("login", "refused").client(exchange.client_id).error(response.error()));
  co_return authn::make_problem_page(exchange, response.error());
}

}  // namespace signet::server
