#include "server/authn/session.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "server/authn/browser.h"
#include "server/authn/facts.h"
#include "server/authn/place.h"

namespace signet::server::authn {
namespace {

constexpr Duration kDeviceMemory = days{180};

bool is_live(const Exchange& exchange, const store::SessionRecord& session) {
  return session.issuer == exchange.issuer.id() && session.binding == exchange.app_key &&
         exchange.now - session.last_used_at < exchange.context.config.login.session_idle;
}

void add_cleared(SignIn& sign_in, const workflow::Facts& facts, std::string_view name) {
  const auto bytes = decode_base64url(fact::text(facts, name));
  Digest256 digest{};
  if (!bytes || bytes->size() != digest.size()) return;
  std::ranges::copy(*bytes, digest.begin());
  sign_in.cleared.push_back(digest);
}

bool shares_proof(const store::SessionRecord& before, const store::SessionRecord& after) {
  const Proofs known = proofs_in(before);
  return std::ranges::any_of(proofs_in(after), [&](const Proof& proof) {
    return std::ranges::any_of(known, [&](const Proof& other) {
      return other.factor == proof.factor && other.factor_id == proof.factor_id && other.at == proof.at;
    });
  });
}

/// The browser by its own cookie, an app by its key.
void set_device(SignIn& sign_in, Exchange& exchange) {
  if (exchange.app_key.empty()) {
    sign_in.device = find_device_cookie(exchange).value_or(make_random_token(exchange.context.random));
  }
  const auto& session = sign_in.session;
  sign_in.known_device = {.account_id = session.account_id,
                          .device_hash = crypto::sha256(exchange.app_key.empty() ? sign_in.device : exchange.app_key),
                          .issuer = session.issuer,
                          .name = session.agent,
                          .address = session.address,
                          .country = {},
                          .first_used_at = exchange.now,
                          .last_used_at = exchange.now,
                          .expires_at = exchange.now + kDeviceMemory};
  if (exchange.context.places == nullptr) return;
  if (const auto place = exchange.context.places->find(session.address)) set_place(sign_in.known_device, *place);
}

}  // namespace

Task<Result<std::optional<store::SessionRecord>>> find_session(Exchange& exchange) {
  const auto hash = find_session_hash(exchange);
  if (!hash) co_return std::optional<store::SessionRecord>();
  CO_TRY_ASSIGN(auto session, co_await exchange.context.store.sessions.find(*hash, exchange.now));
  if (!session || !is_live(exchange, *session)) co_return std::optional<store::SessionRecord>();
  co_return session;
}

Task<Result<std::unique_ptr<store::SessionAndConsent>>> find_session_and_consent(Exchange& exchange,
                                                                                 std::string client_id) {
  const auto hash = find_session_hash(exchange);
  if (!hash) co_return nullptr;
  CO_TRY_ASSIGN(auto found,
                co_await exchange.context.store.sessions.find_with_consent(*hash, std::move(client_id), exchange.now));
  if (found == nullptr || !is_live(exchange, found->session)) co_return nullptr;
  co_return found;
}

void add_session(workflow::Facts& facts, const store::SessionRecord& session, const std::string& name) {
  facts[fact::kAccountId] = session.account_id;
  facts[fact::kAccountName] = name;
  facts[fact::kProofs] = to_json(proofs_in(session));
  facts[fact::kSignedIn] = true;
  facts[fact::kSessionId] = session.session_id;
}

SignIn make_sign_in(Exchange& exchange, const workflow::Facts& facts, const Proofs& proofs, std::string acr) {
  // Of the oldest proof: a step-up gives the others no longer life.
  const Instant ends = proven_at(proofs) + exchange.context.config.login.session_absolute;
  const std::string cookie = oauth::make_credential(exchange.context.random, ends);
  SignIn sign_in{.cookie = cookie,
                 .session = {.session_hash = oauth::SessionHash::of(cookie),
                             .issuer = exchange.issuer.id(),
                             .account_id = fact::text(facts, fact::kAccountId),
                             .authenticated_at = proven_at(proofs),
                             .acr = std::move(acr),
                             .amr = amr_of(proofs),
                             .created_at = exchange.now,
                             .last_used_at = exchange.now,
                             .expires_at = ends,
                             .session_id = make_random_id(exchange.context.random),
                             .proofs = render_json(to_json(proofs)),
                             .binding = exchange.app_key,
                             .address = exchange.request.peer.address,
                             .agent = agent_name(exchange)},
                 .device = {}};
  sign_in.replaced = find_session_hash(exchange);
  add_cleared(sign_in, facts, fact::kGuessingPair);
  add_cleared(sign_in, facts, fact::kFactorPair);
  set_device(sign_in, exchange);
  return sign_in;
}

Task<Result<void>> continue_session(Exchange& exchange, SignIn& sign_in) {
  CO_TRY_ASSIGN(const auto before, co_await find_session(exchange));
  if (!before || before->account_id != sign_in.session.account_id || !shares_proof(*before, sign_in.session)) {
    co_return Result<void>();
  }
  sign_in.goes_on = true;
  sign_in.session.created_at = before->created_at;
  sign_in.session.expires_at = std::min(sign_in.session.expires_at, before->expires_at);
  co_return Result<void>();
}

void add_sign_in(Exchange& exchange, sql::Batch& batch, const SignIn& sign_in) {
  if (sign_in.replaced) store::Sessions::add_remove(batch, *sign_in.replaced, sign_in.session.issuer);
  store::Sessions::add_insert(batch, sign_in.session);
  store::KnownDevices::add_upsert(batch, sign_in.known_device);
  for (const Digest256& pair : sign_in.cleared) store::LoginFailures::add_clear(batch, pair);
  AuditEvent("login", sign_in.goes_on ? "confirmed" : "granted")
      .client(exchange.client_id)
      .account(sign_in.session.account_id)
      .text("acr", sign_in.session.acr)
      .text("assurance", assurance_of(exchange.issuer.config().levels, sign_in.session.acr))
      .text("amr", join(sign_in.session.amr, " "))
      .text("agent", sign_in.session.agent)
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now);
}

}  // namespace signet::server::authn
