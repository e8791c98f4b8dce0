#include "verify/verification.h"

#include <algorithm>

#include "base/text.h"
#include "oauth/core_rfc6749.h"
#include "oauth/jwt_introspection_rfc9701.h"
#include "oauth/mtls_rfc8705.h"
#include "oauth/replay.h"
#include "verify/refusal.h"

namespace signet::verify {
namespace {

using oauth::SenderConstraint;
using oauth::TokenScheme;

const TrustedIssuer* find_issuer(const Policy& policy, std::string_view issuer) {
  const auto found = std::ranges::find(policy.issuers, issuer, &TrustedIssuer::issuer);
  return found == policy.issuers.end() ? nullptr : &*found;
}

std::unexpected<Error> refuse_token(PublicText text) {
  return fail(ErrorCode::InvalidToken, text);
}

/// Whatever went wrong on the way to an answer: there is none, so nothing may be accepted (design, invariant 6).
Error no_answer(Error cause) {
  if (cause.cause() == Cause::Unavailable || cause.code == ErrorCode::Bug) return cause;
  return fail_as(std::move(cause), ErrorCode::Unavailable, "The access token cannot be checked at the moment.").error();
}

bool looks_like_jwt(std::string_view token) {
  return std::ranges::count(token, '.') == 2;
}

bool is_accepted(const Policy& policy, const Presented& presented, TokenScheme scheme) {
  if (scheme == TokenScheme::Dpop) return policy.accept_dpop;
  return policy.accept_mtls || policy.accept_bearer || (policy.accept_dpop && !presented.forwarded_jkt.empty());
}

/// Of the claims of a JWT or of an answer about an opaque token, which say the same under the same names.
template <class Claims>
VerifiedToken make_token(Claims claims, std::string issuer) {
  VerifiedToken token;
  token.iss = std::move(issuer);
  token.sub = std::move(claims.sub);
  token.client_id = std::move(claims.client_id);
  token.scope = std::move(claims.scope);
  token.aud = std::move(claims.aud);
  token.acr = std::move(claims.acr);
  token.amr = std::move(claims.amr);
  token.auth_time = claims.auth_time;
  token.exp = claims.exp;
  token.iat = claims.iat;
  token.jti = std::move(claims.jti);
  token.cnf = std::move(claims.cnf);
  token.authorization_details = std::move(claims.authorization_details);
  return token;
}

Result<void> check_access_token_header(const jose::JwsHeader& header, const Policy& policy) {
  if (!policy.accept_jwt) return refuse_token("The access token has a form that is not accepted here.");
  return oauth::check_access_token_header(header, policy.algorithms);
}

/// The gateway that an answer of the authorization server was made for.
Result<std::string> find_gateway(const GatewayTrust& trust, const jose::Claims& answer) {
  if (answer.aud.size() != 1 || !contains(trust.client_ids, answer.aud.front())) {  // RFC9701-8.2
    return refuse_token("The phantom token was made for another gateway.");
  }
  return answer.aud.front();
}

/// An answer may come from a cache, so its dates are checked here once more.
Result<void> check_introspected(const oauth::IntrospectionResponse& response, const Policy& policy, Instant now) {
  if (!response.active) return refuse_token("The access token is not active.");  // RFC7662-2.2
  if (!contains(response.aud, policy.audience)) return refuse_token("The access token is for another resource.");
  if (!response.exp) return refuse_token("The access token has no end.");
  if (*response.exp + policy.clock.past <= now) return refuse_token("The access token has expired.");
  if (response.nbf && *response.nbf > now + policy.clock.future)
    return refuse_token("The access token is not valid yet.");
  return {};
}

}  // namespace

Verification::Verification(const Policy& policy, Presented presented, Instant now)
    : policy_(policy), presented_(std::move(presented)), now_(now) {}

Next Verification::start() {
  if (!turn_to(Waiting::Start)) return finish(fail(ErrorCode::Bug, "internal error", "start was called twice"));
  return finish(begin());
}

Next Verification::on_keys(Result<jose::JwkSet> keys) {
  if (!turn_to(Waiting::Keys)) return finish(fail(ErrorCode::Bug, "internal error", "keys were not asked for"));
  if (!keys) return finish(std::unexpected(no_answer(std::move(keys).error())));
  return finish(accept_keys(*keys));
}

Next Verification::on_introspection(Result<oauth::IntrospectionResponse> response) {
  if (!turn_to(Waiting::Introspection)) {
    return finish(fail(ErrorCode::Bug, "internal error", "introspection was not asked for"));
  }
  if (!response) return finish(std::unexpected(no_answer(std::move(response).error())));
  return finish(accept_introspection(*std::move(response)));
}

Next Verification::on_replay(Result<Seen> seen) {
  if (!turn_to(Waiting::Replay)) return finish(fail(ErrorCode::Bug, "internal error", "replay was not asked for"));
  if (!seen) return finish(std::unexpected(no_answer(std::move(seen).error())));
  if (*seen != Seen::First) {  // RFC9449-11.1
    return finish(fail(ErrorCode::InvalidDpopProof, "The DPoP proof has been used before."));
  }
  return accept();
}

bool Verification::turn_to(Waiting expected) {
  const bool expected_now = waiting_ == expected;
  waiting_ = Waiting::Done;  // whoever asks for more sets it again
  return expected_now;
}

Next Verification::finish(Result<Next> next) {
  if (next) return *std::move(next);
  std::optional<TokenScheme> scheme;
  if (credential_) scheme = credential_->scheme;
  Refusal refusal = make_refusal(std::move(next).error(), policy_, scheme);
  refusal.new_dpop_nonce = std::move(new_nonce_);
  return Verdict(std::move(refusal));
}

Result<Next> Verification::begin() {
  TRY(read_credential());
  if (policy_.gateway) return read_phantom();
  const bool is_jwt = looks_like_jwt(credential_->token);
  if (is_jwt && policy_.accept_jwt && !policy_.introspect_jwt) return read_jwt();
  if (is_jwt ? policy_.accept_jwt || policy_.accept_opaque : policy_.accept_opaque) return need_introspection();
  return refuse_token("The access token has a form that is not accepted here.");
}

Result<void> Verification::read_credential() {
  TRY_ASSIGN(credential_,
             oauth::parse_presented_token(presented_.authorization, presented_.other_places, policy_.max_token_bytes));
  TRY_ASSIGN(const auto dpop, oauth::find_dpop_header(presented_.dpop));
  if (!credential_) return fail(ErrorCode::InvalidToken, "An access token is required.");
  if (!is_accepted(policy_, presented_, credential_->scheme))
    return refuse_token("The scheme of the access token is not accepted here.");
  return read_proof(dpop);
}

Result<void> Verification::read_proof(std::optional<std::string_view> proof) {
  if (credential_->scheme != TokenScheme::Dpop || !presented_.forwarded_jkt.empty()) return {};
  if (!proof) return fail(ErrorCode::InvalidDpopProof, "The request has no DPoP proof.");  // RFC9449-7.1
  auto known = policy_.dpop_senders == nullptr ? nullptr : policy_.dpop_senders->find(*proof);
  TRY_ASSIGN(proof_, oauth::parse_dpop_proof(*proof, policy_.algorithms, std::move(known)));
  return {};
}

// A phantom token is no credential by itself: whoever can reach this resource past the gateway has proven nothing.
Result<Next> Verification::read_phantom() {
  if (!presented_.is_from_gateway) return refuse_token("The request did not come through the gateway.");
  if (credential_->scheme == TokenScheme::Dpop || !looks_like_jwt(credential_->token)) {
    return refuse_token("Only the phantom tokens of the gateway are accepted here.");
  }
  return read_jwt();
}

Result<Next> Verification::read_jwt() {
  auto jws = jose::UnverifiedJws::parse(credential_->token, policy_.max_token_bytes);
  if (!jws) return fail_as(std::move(jws).error(), ErrorCode::InvalidToken, "The access token is malformed.");
  const bool is_answer = policy_.gateway && jws->header().typ == oauth::kIntrospectionJwtTyp;
  if (!is_answer) TRY(check_access_token_header(jws->header(), policy_));
  const auto claims = jose::parse_claims(jws->peek_payload());
  if (!claims) return fail_as(claims.error(), ErrorCode::InvalidToken, "The access token is malformed.");
  if (is_answer) {
    TRY_ASSIGN(phantom_audience_, find_gateway(*policy_.gateway, *claims));
  }
  // The issuer is compared before its keys are fetched: nobody makes us fetch from where they like
  const TrustedIssuer* issuer = find_issuer(policy_, claims->iss.value_or(""));
  if (issuer == nullptr) return refuse_token("The access token is of another issuer.");  // RFC9068-4
  jws_issuer_ = issuer->issuer;
  jws_ = *std::move(jws);
  waiting_ = Waiting::Keys;
  return Next(NeedKeys{issuer->issuer, issuer->jwks_uri, jws_->header().kid});
}

Next Verification::need_introspection() {
  waiting_ = Waiting::Introspection;
  return NeedIntrospection{credential_->token, oauth::TokenHash::of(credential_->token)};
}

Result<Next> Verification::accept_keys(const jose::JwkSet& keys) {
  if (phantom_audience_) return accept_phantom(keys);
  const auto payload = jws_->verify(keys);
  if (!payload) return fail_as(payload.error(), ErrorCode::InvalidToken, "The signature of the access token is wrong.");
  auto claims = oauth::parse_access_token_claims(*payload);
  if (!claims)
    return fail_as(std::move(claims).error(), ErrorCode::InvalidToken, "The access token has malformed claims.");
  TRY(oauth::check_access_token_claims(*claims, jws_issuer_, policy_.audience, now_, policy_.clock));
  std::string issuer = claims->iss;
  token_ = make_token(*std::move(claims), std::move(issuer));
  return check_token();
}

Result<Next> Verification::accept_phantom(const jose::JwkSet& keys) {
  auto response = oauth::verify_introspection_jwt(*jws_, keys,
                                                  {.issuer = jws_issuer_,
                                                   .resource_server = *phantom_audience_,
                                                   .now = now_,
                                                   .algorithms = policy_.algorithms,
                                                   .max_age = policy_.gateway->phantom_max_age,
                                                   .clock = policy_.clock});
  if (!response) {
    return fail_as(std::move(response).error(), ErrorCode::InvalidToken, "The phantom token cannot be trusted.");
  }
  if (response->active && response->iss.empty()) response->iss = jws_issuer_;
  // An issuer speaks for its own tokens only, whoever else is trusted here
  if (response->active && response->iss != jws_issuer_) return refuse_token("The access token is of another issuer.");
  return accept_introspection(*std::move(response));
}

Result<std::string> Verification::issuer_of(const oauth::IntrospectionResponse& response) const {
  if (response.iss.empty() && policy_.issuers.size() == 1) return policy_.issuers.front().issuer;
  if (find_issuer(policy_, response.iss) == nullptr) return refuse_token("The access token is of another issuer.");
  return response.iss;
}

Result<Next> Verification::accept_introspection(oauth::IntrospectionResponse&& response) {
  TRY(check_introspected(response, policy_, now_));
  TRY_ASSIGN(std::string issuer, issuer_of(response));
  token_ = make_token(std::move(response), std::move(issuer));
  return check_token();
}

Result<Next> Verification::check_token() {
  TRY(check_scope());
  TRY(oauth::check_step_up(policy_.step_up, token_.acr, token_.auth_time, now_));
  return check_possession();
}

Result<void> Verification::check_scope() const {
  if (!oauth::is_subset(policy_.required_scope, token_.scope)) {  // RFC6750-3.1
    return fail(ErrorCode::InsufficientScope, "The access token lacks a scope that is required here.");
  }
  return {};
}

// The binding decides what must be proven; what the request came with never does. Every kind has its own refusal, so
// that no combination falls through to "nothing to prove".
Result<Next> Verification::check_possession() {
  const bool is_dpop_scheme = credential_->scheme == TokenScheme::Dpop;
  switch (token_.cnf.kind) {
    case SenderConstraint::Kind::Dpop:
      return check_dpop();
    case SenderConstraint::Kind::Mtls:
      if (is_dpop_scheme) return refuse_token("The access token is not bound to a DPoP key.");
      if (!policy_.accept_mtls) return refuse_token("Access tokens bound to a certificate are not accepted here.");
      TRY(oauth::check_certificate_binding(token_.cnf, presented_.certificate_thumbprint));  // RFC8705-3
      return accept();
    case SenderConstraint::Kind::None:
      if (is_dpop_scheme) return refuse_token("The access token is not bound to a DPoP key.");  // RFC9449-7.1
      if (!policy_.accept_bearer)
        return refuse_token("The access token must be bound to a key.");  // FAPI2-SP-FINAL-5.3.4
      return accept();
  }
  return fail(ErrorCode::Bug, "internal error", "unknown kind of binding");
}

Result<Next> Verification::check_dpop() {
  if (!policy_.accept_dpop) return refuse_token("Access tokens bound to a DPoP key are not accepted here.");
  const bool is_forwarded = !presented_.forwarded_jkt.empty();
  const std::string& jkt = is_forwarded || !proof_ ? presented_.forwarded_jkt : proof_->sender->jkt;
  if (policy_.gateway && !is_forwarded) return refuse_token("The gateway forwarded no proven DPoP key.");
  // RFC9449-7.2: a bound token as Bearer is a downgrade; there is no proof then
  if (!is_forwarded && !proof_) return refuse_token("The access token must be sent with the scheme DPoP and a proof.");
  if (!equal_in_constant_time(as_bytes(jkt), as_bytes(token_.cnf.thumbprint))) {  // RFC9449-6.1
    return refuse_token("The access token is bound to another DPoP key.");
  }
  if (is_forwarded) return accept();  // the gateway has verified the proof and its freshness
  TRY_ASSIGN(const oauth::DpopProof proof, oauth::verify_dpop_proof(*proof_, {.method = presented_.method,
                                                                              .url = presented_.url,
                                                                              .now = now_,
                                                                              .lifetime = policy_.dpop_lifetime,
                                                                              .clock = policy_.clock,
                                                                              .access_token = credential_->token}));
  if (policy_.dpop_senders != nullptr) policy_.dpop_senders->keep(*proof_);
  TRY(check_nonce(proof.nonce));
  if (!policy_.check_dpop_replay) return accept();
  waiting_ = Waiting::Replay;
  return Next(NeedReplayCheck{
      oauth::replay_hash(oauth::ReplayKind::DpopProof, policy_.audience, proof.jkt, proof.jti, proof.replay_until),
      proof.replay_until});
}

Result<void> Verification::check_nonce(std::string_view nonce) {
  if (policy_.nonces == nullptr) return {};
  auto known = policy_.nonces->check(nonce, now_);
  if (!known || policy_.nonces->is_stale(nonce, now_)) new_nonce_ = policy_.nonces->make(now_);  // RFC9449-8.2
  return known;
}

Next Verification::accept() {
  token_.new_dpop_nonce = std::move(new_nonce_);
  if (policy_.gateway) token_.phantom_token = SecretText(std::move(credential_->token));
  return Verdict(std::move(token_));
}

bool satisfies(const Policy& policy, const VerifiedToken& token, Instant now) {
  using Kind = SenderConstraint::Kind;
  const bool is_accepted = token.cnf.kind == Kind::Dpop   ? policy.accept_dpop
                           : token.cnf.kind == Kind::Mtls ? policy.accept_mtls
                                                          : policy.accept_bearer;
  return is_accepted && find_issuer(policy, token.iss) != nullptr && contains(token.aud, policy.audience) &&
         oauth::is_subset(policy.required_scope, token.scope) && token.exp && now < *token.exp + policy.clock.past &&
         oauth::check_step_up(policy.step_up, token.acr, token.auth_time, now).has_value();
}

}  // namespace signet::verify
