#include "verify/refusal.h"

#include "oauth/core_rfc6749.h"

namespace signet::verify {
namespace {

using oauth::Challenge;
using oauth::TokenScheme;

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidDpopProof:
    case ErrorCode::UseDpopNonce:
      return 401;  // RFC9449-7.1: at a resource the proof is part of the credential
    default:
      return oauth::wire_error(code).status;
  }
}

bool is_about_dpop(ErrorCode code) {
  return code == ErrorCode::InvalidDpopProof || code == ErrorCode::UseDpopNonce;
}

Challenge make_challenge(TokenScheme scheme, const Policy& policy) {
  Challenge challenge;
  challenge.scheme = scheme;
  challenge.realm = policy.realm;
  challenge.resource_metadata = policy.resource_metadata;
  if (scheme == TokenScheme::Dpop) {
    for (const auto algorithm : policy.algorithms) challenge.algs.emplace_back(crypto::name_of(algorithm));
  }
  return challenge;
}

std::string render_refused(TokenScheme scheme, const Error& error, const Policy& policy) {
  Challenge challenge = make_challenge(scheme, policy);
  challenge.error = oauth::wire_error(error.code).error;
  challenge.error_description = error.public_text.view();
  if (error.code == ErrorCode::InsufficientScope) challenge.scope = policy.required_scope;
  if (error.code == ErrorCode::InsufficientUserAuthentication) {  // RFC9470-3
    challenge.acr_values = policy.step_up.acr_values;
    challenge.max_age = policy.step_up.max_age;
  }
  return oauth::render_challenge(challenge);
}

std::vector<TokenScheme> accepted_schemes(const Policy& policy) {
  std::vector<TokenScheme> schemes;
  if (policy.accept_dpop) schemes.push_back(TokenScheme::Dpop);
  if (policy.accept_mtls || policy.accept_bearer) schemes.push_back(TokenScheme::Bearer);
  return schemes;
}

/// What the request should have come with: every scheme the policy accepts, apart from `except`.
void add_accepted(Refusal& refusal, const Policy& policy, std::optional<TokenScheme> except) {
  for (const TokenScheme scheme : accepted_schemes(policy)) {
    if (scheme == except) continue;
    Challenge challenge = make_challenge(scheme, policy);
    if (!except) challenge.scope = policy.required_scope;
    refusal.www_authenticate.push_back(oauth::render_challenge(challenge));
  }
}

/// What was wrong with a request that has no credential of one scheme: it is told under each that it could have used.
void add_refused(Refusal& refusal, const Policy& policy) {
  for (const TokenScheme scheme : accepted_schemes(policy)) {
    refusal.www_authenticate.push_back(render_refused(scheme, refusal.error, policy));
  }
}

}  // namespace

Refusal make_refusal(Error error, const Policy& policy, std::optional<TokenScheme> scheme) {
  Refusal refusal;
  refusal.error = std::move(error);
  refusal.status = status_of(refusal.error.code);
  const bool is_about_credential = refusal.status == 400 || refusal.status == 401 || refusal.status == 403;
  if (!is_about_credential) return refusal;  // 503 and 500 say nothing about the token
  if (is_about_dpop(refusal.error.code)) scheme = TokenScheme::Dpop;
  if (scheme) refusal.www_authenticate.push_back(render_refused(*scheme, refusal.error, policy));
  const bool is_wrong_request = !scheme && refusal.error.code == ErrorCode::InvalidRequest;
  if (is_wrong_request) add_refused(refusal, policy);  // RFC6750-3.1: several tokens, or one in another place
  const bool may_try_another_scheme = refusal.error.code == ErrorCode::InvalidToken;
  if (may_try_another_scheme || (!scheme && !is_wrong_request)) add_accepted(refusal, policy, scheme);
  return refusal;
}

}  // namespace signet::verify
