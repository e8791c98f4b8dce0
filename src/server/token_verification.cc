#include "server/token_verification.h"

#include "oauth/core_rfc6749.h"
#include "server/possession.h"

namespace signet::server {
namespace {

Task<Result<verify::Seen>> mark_once(Exchange& exchange, verify::NeedReplayCheck need) {
  sql::Batch batch;
  (void)exchange.context.store.replay.add_mark(batch, need.hash);
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await exchange.context.database.write(std::move(batch)));
  if (!result.failed_guard) co_return verify::Seen::First;
  exchange.context.metrics.count(Metrics::Counter::ReplaysRefused);
  co_return verify::Seen::Again;
}

Task<Result<oauth::IntrospectionResponse>> look_up(Exchange& exchange, std::string token, AdjustToken adjust,
                                                   KnownToken& known) {
  CO_TRY_ASSIGN(known, co_await look_up_access_token(exchange, std::move(token)));
  oauth::IntrospectionResponse response = known.response;
  if (adjust != nullptr) adjust(exchange, response);
  co_return response;
}

}  // namespace

verify::Policy make_own_policy(const Exchange& exchange, std::string audience, std::string_view scope) {
  const oauth::Profile& profile = exchange.issuer.profile();
  verify::Policy policy;
  policy.issuers = {{.issuer = exchange.issuer.url(), .jwks_uri = {}}};
  policy.audience = std::move(audience);
  policy.required_scope = {std::string(scope)};
  policy.accept_jwt = false;  // every token is looked up here, JWTs too: this server knows what is revoked
  policy.algorithms = profile.signing_algorithms;
  policy.clock = profile.clock;
  policy.dpop_lifetime = profile.dpop_proof_lifetime;
  policy.realm = exchange.issuer.url();
  if (exchange.issuer.config().require_dpop_nonce) policy.nonces = &exchange.context.dpop_nonces;
  return policy;
}

http::Response refuse_token(Exchange& exchange, AuditName event, const KnownToken& known,
                            const verify::Refusal& refusal) {
  exchange.record_refusal(AuditEvent(event, "refused").client(known.response.client_id).error(refusal.error));
  http::Response response = http::make_json_response(refusal.status, oauth::render_error(refusal.error));
  for (const auto& challenge : refusal.www_authenticate) response.fields.add("WWW-Authenticate", challenge);
  if (refusal.new_dpop_nonce) response.fields.set("DPoP-Nonce", *refusal.new_dpop_nonce);
  return response;
}

Task<TokenVerification> verify_token(Exchange& exchange, const verify::Policy& policy, verify::Presented presented,
                                     AdjustToken adjust) {
  KnownToken known;
  verify::Verification verification(policy, std::move(presented), exchange.now);
  verify::Next next = verification.start();
  while (!std::holds_alternative<verify::Verdict>(next)) {
    if (auto* introspection = std::get_if<verify::NeedIntrospection>(&next)) {
      auto answer = co_await look_up(exchange, introspection->token, adjust, known);
      next = verification.on_introspection(std::move(answer));
    } else if (auto* replay = std::get_if<verify::NeedReplayCheck>(&next)) {
      const auto seen = co_await mark_once(exchange, *replay);
      next = verification.on_replay(seen);
    } else {
      next = verification.on_keys(exchange.issuer.keys()->published);
    }
  }
  auto verdict = std::get<verify::Verdict>(std::move(next));
  if (const auto* refusal = std::get_if<verify::Refusal>(&verdict)) count_refused_proof(exchange, refusal->error);
  co_return TokenVerification{.verdict = std::move(verdict), .known = std::move(known)};
}

}  // namespace signet::server
