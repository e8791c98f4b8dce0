#include "server/authn/session.h"

#include "crypto/digest.h"
#include "server/authn/browser.h"

namespace signet::server::authn {
namespace {

bool is_live(const Exchange& exchange, const store::SessionRecord& session) {
  return session.issuer == exchange.issuer.id() &&
         exchange.now - session.last_used_at < exchange.context.config.login.session_idle;
}

}  // namespace

Task<Result<std::optional<store::SessionRecord>>> find_session(Exchange& exchange) {
  const auto cookie = find_session_cookie(exchange);
  if (!cookie) co_return std::optional<store::SessionRecord>();
  CO_TRY_ASSIGN(auto session, co_await exchange.context.store.sessions.find(crypto::sha256(*cookie), exchange.now));
  if (!session || !is_live(exchange, *session)) co_return std::optional<store::SessionRecord>();
  co_return session;
}

Task<Result<std::unique_ptr<store::SessionAndConsent>>> find_session_and_consent(Exchange& exchange,
                                                                                 std::string client_id) {
  const auto cookie = find_session_cookie(exchange);
  if (!cookie) co_return nullptr;
  CO_TRY_ASSIGN(auto found, co_await exchange.context.store.sessions.find_with_consent(
                                crypto::sha256(*cookie), std::move(client_id), exchange.now));
  if (found == nullptr || !is_live(exchange, found->session)) co_return nullptr;
  co_return found;
}

SignIn make_sign_in(Exchange& exchange, const std::string& account_id, std::string acr, std::vector<std::string> amr) {
  SignIn sign_in{.cookie = make_random_token(exchange.context.random)};
  sign_in.session = {.session_hash = crypto::sha256(sign_in.cookie),
                     .issuer = exchange.issuer.id(),
                     .account_id = account_id,
                     .authenticated_at = exchange.now,
                     .acr = std::move(acr),
                     .amr = std::move(amr),
                     .created_at = exchange.now,
                     .last_used_at = exchange.now,
                     .expires_at = exchange.now + exchange.context.config.login.session_absolute};
  if (const auto before = find_session_cookie(exchange)) sign_in.replaced = crypto::sha256(*before);
  return sign_in;
}

void add_sign_in(Exchange& exchange, sql::Batch& batch, const SignIn& sign_in) {
  if (sign_in.replaced) store::Sessions::add_remove(batch, *sign_in.replaced);
  store::Sessions::add_insert(batch, sign_in.session);
  store::LoginFailures::add_clear(batch, sign_in.guessing_pair);
  AuditEvent("login", "granted")
      .client(exchange.client_id)
      .account(sign_in.session.account_id)
      .text("acr", sign_in.session.acr)
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now, exchange.context.random);
}

}  // namespace signet::server::authn
