#include "server/authn/finish.h"

#include "base/text.h"
#include "oauth/rar_rfc9396.h"
#include "server/authn/account_visit.h"
#include "server/authn/approval.h"
#include "server/authn/asked.h"
#include "server/authn/policy.h"
#include "server/authn/texts.h"
#include "server/issue/authorization_code.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;

/// RFC9126-7.3: the request URI is spent together with the answer. It was good when the login started; that it may have
/// expired while the user typed is no reason to refuse.
void add_consume(StepWork& work, const Asked& asked) {
  if (!asked.request_uri_hash) return;
  const std::size_t mark = store::PushedRequests::add_consume(work.marks, *asked.request_uri_hash, work.started_at());
  work.explain_mark(mark, Error{ErrorCode::InvalidRequestUri, "The request_uri was used in another window meanwhile."});
}

Result<void> give_code(StepWork& work, const Asked& asked) {
  Exchange& exchange = work.exchange;
  const auto approval = is_approval_needed(asked.request) ? find_approval(exchange, work.facts, asked.request)
                                                          : std::optional<store::ApprovalRecord>();
  TRY_ASSIGN(
      const std::string code,
      issue_authorization_code(exchange, work.changes,
                               {.client = *asked.client,
                                .request = asked.request,
                                .account_id = work.account_id(),
                                .authenticated_at = from_unix_millis(fact::integer(work.facts, fact::kAuthenticatedAt)),
                                .acr = fact::text(work.facts, fact::kAcr),
                                .amr = fact::list(work.facts, fact::kAmr),
                                .approval = approval ? &*approval : nullptr}));
  work.answer = make_granted(exchange.issuer.url(), asked.request, code);
  return {};
}

/// What the client is registered for may have changed while the user typed.
Result<void> check_today(const Exchange& exchange, const Asked& asked) {
  return check_authorization_request(exchange.issuer, *asked.client, asked.request, asked.channel());
}

void refuse_code(StepWork& work, const Asked& asked, const Error& error) {
  Exchange& exchange = work.exchange;
  AuditEvent("authorization", "refused")
      .client(exchange.client_id)
      .error(error)
      .add_to(work.changes, exchange.issuer.id(), exchange.request.peer, exchange.now);
  work.answer = make_refused(exchange.issuer.url(), asked.request, error);
}

/// A stored definition may lead people through other pages, but not around the decision: what it was content with is
/// the only way to an end that gives anything.
Result<void> check_judged(const workflow::Facts& facts) {
  const std::string judged = fact::text(facts, fact::kJudged);
  const bool is_content = judged == "done" || (judged == "consent" && fact::is_set(facts, fact::kConsented));
  if (is_content) return {};
  return fail(ErrorCode::Bug, "internal error", "the workflow ends where the decision said \"" + judged + "\"");
}

Task<Result<EffectAnswer>> finish(StepWork& work, workflow::Effect) {
  CO_TRY(check_judged(work.facts));
  if (!is_for_client(work.facts)) {
    work.location = account_address(work.exchange);
    co_return EffectAnswer{};
  }
  CO_TRY_ASSIGN(const Asked asked, co_await load_asked(work.exchange, work.facts));
  add_consume(work, asked);
  if (const auto good = check_today(work.exchange, asked); !good) {
    refuse_code(work, asked, good.error());
    co_return EffectAnswer{};
  }
  CO_TRY(give_code(work, asked));
  co_return EffectAnswer{};
}

struct Ending {
  std::string_view name;
  ErrorCode code;
  PublicText text;
};
constexpr Ending kEndings[] = {
    {"cancelled", ErrorCode::AccessDenied, "The user did not allow this."},
    {"denied", ErrorCode::AccessDenied, "The sign-in was refused."},
    {"unmet", ErrorCode::UnmetAuthenticationRequirements, "The user cannot sign in at the level that was asked for."},
};

Task<Result<EffectAnswer>> refuse(StepWork& work, workflow::Effect effect) {
  if (!is_for_client(work.facts)) co_return EffectAnswer{};
  Exchange& exchange = work.exchange;
  CO_TRY_ASSIGN(const Asked asked, co_await load_asked(exchange, work.facts));
  add_consume(work, asked);
  const std::string name = fact::text(effect.arguments, "ending");
  const auto ending = std::ranges::find(kEndings, name, &Ending::name);
  if (ending == std::end(kEndings)) co_return fail(ErrorCode::Bug, "internal error", "no ending " + name);
  const bool at_consent = work.interaction.instance.step == "consent";
  if (name == "cancelled") {
    const bool is_payment = work.interaction.instance.step.starts_with("approve");
    AuditEvent(is_payment   ? AuditName("payment")
               : at_consent ? AuditName("consent")
                            : AuditName("login"),
               is_payment ? "denied" : "cancelled")
        .client(exchange.client_id)
        .account(work.account_id())
        .text("authorization_details_sha256", oauth::details_hash(asked.request.authorization_details))
        .add_to(work.changes, exchange.issuer.id(), exchange.request.peer, exchange.now);
    if (at_consent) exchange.context.metrics.count(Metrics::Counter::ConsentsDenied);
  }
  work.answer = make_refused(exchange.issuer.url(), asked.request, {ending->code, ending->text});
  co_return EffectAnswer{};
}

Task<Result<EffectAnswer>> record_consent(StepWork& work, workflow::Effect) {
  Exchange& exchange = work.exchange;
  CO_TRY_ASSIGN(const Asked asked, co_await load_asked(exchange, work.facts));
  const std::string account_id = work.account_id();
  const std::string& client_id = asked.client->client_id;
  CO_TRY_ASSIGN(const auto before,
                co_await exchange.context.store.consents.find(account_id, client_id, exchange.issuer.id()));
  store::ConsentRecord consent = before.value_or(store::ConsentRecord{});
  consent.account_id = account_id;
  consent.client_id = client_id;
  consent.issuer = exchange.issuer.id();
  for (const auto& scope : asked.request.scope) {
    if (!contains(consent.scope, scope)) consent.scope.push_back(scope);
  }
  for (const auto& name : consent_names(asked.request)) {
    if (!contains(consent.claims, name)) consent.claims.push_back(name);
  }
  consent.updated_at = exchange.now;
  store::Consents::add_upsert(work.changes, consent);
  AuditEvent("consent", "granted")
      .client(exchange.client_id)
      .account(account_id)
      .text("scope", join(asked.request.scope, " "))
      .add_to(work.changes, exchange.issuer.id(), exchange.request.peer, exchange.now);
  exchange.context.metrics.count(Metrics::Counter::ConsentsGranted);
  co_return EffectAnswer{};
}

}  // namespace

const EffectHandler& finish_effect() {
  static const EffectHandler handler{"finish", finish};
  return handler;
}
const EffectHandler& refuse_effect() {
  static const EffectHandler handler{"refuse", refuse};
  return handler;
}
const EffectHandler& record_consent_effect() {
  static const EffectHandler handler{"record_consent", record_consent};
  return handler;
}

}  // namespace signet::server::authn
