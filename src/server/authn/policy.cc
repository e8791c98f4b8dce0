#include "server/authn/policy.h"

#include <algorithm>

#include "base/text.h"
#include "oauth/core_rfc6749.h"
#include "oauth/rar_rfc9396.h"
#include "server/authn/assurance.h"

namespace signet::server::authn {
namespace {

bool is_prompted(const Situation& s, std::string_view value) {
  return contains(s.request.prompt, value);
}

bool acr_unreachable(const Situation& s) {
  const AcrDemand demand = acr_demand(s.request, s.client);
  return demand.essential && wanted_level(demand, s.levels) == nullptr;
}
bool no_session(const Situation& s) {
  return !s.session;
}
bool login_prompt(const Situation& s) {
  return is_prompted(s, "login") || is_prompted(s, "select_account");
}
bool login_too_old(const Situation& s) {
  const auto max_age = s.request.max_age ? s.request.max_age : s.client.default_max_age;
  return s.session && max_age && s.session->authenticated_at + *max_age < s.now;
}
bool other_account(const Situation& s) {
  return s.session && s.other_account_hinted;
}
bool acr_not_reached(const Situation& s) {
  const AcrDemand demand = acr_demand(s.request, s.client);
  // A voluntary demand is no reason to fail: one that no login could meet, or that must be met without a page.
  const bool can_ask = demand.essential || !is_prompted(s, "none");
  return s.session && can_ask && wanted_level(demand, s.levels) != nullptr && !meets(demand, s.session->acr, s.levels);
}
bool offline_access_is_new(const Situation& s) {
  return contains(s.request.scope, "offline_access") && !(s.consent && contains(s.consent->scope, "offline_access"));
}
bool not_covered(const Situation& s) {
  return !is_covered(s.request, s.consent);
}
bool client_unproven(const Situation& s) {
  return is_unproven(s.client, s.request);
}
bool consent_prompt(const Situation& s) {
  return is_prompted(s, "consent");
}

constexpr Check kChecks[] = {
    // clang-format off
    // reason                 ask            error when no page may be shown                  check                  spec
    {"acr_unreachable",       Ask::Nothing,  ErrorCode::UnmetAuthenticationRequirements,      acr_unreachable,       "OIDC-5.5.1.1"},
    {"no_session",            Ask::Login,    ErrorCode::LoginRequired,                        no_session,            "OIDC-3.1.2.3"},
    {"login_prompt",          Ask::Login,    ErrorCode::LoginRequired,                        login_prompt,          "OIDC-3.1.2.1"},
    {"login_too_old",         Ask::StepUp,   ErrorCode::LoginRequired,                        login_too_old,         "OIDC-3.1.2.1"},
    {"other_account",         Ask::Login,    ErrorCode::LoginRequired,                        other_account,         "OIDC-3.1.2.1"},
    {"acr_not_reached",       Ask::StepUp,   ErrorCode::InteractionRequired,                  acr_not_reached,       "OIDC-5.5.1.1"},
    {"offline_access_is_new", Ask::Consent,  ErrorCode::ConsentRequired,                      offline_access_is_new, "OIDC-11"},
    {"not_covered",           Ask::Consent,  ErrorCode::ConsentRequired,                      not_covered,           "OIDC-3.1.2.4"},
    {"client_unproven",       Ask::Consent,  ErrorCode::ConsentRequired,                      client_unproven,       "RFC8252-8.6"},
    {"consent_prompt",        Ask::Consent,  ErrorCode::ConsentRequired,                      consent_prompt,        "OIDC-3.1.2.1"},
    // clang-format on
};

/// Claims of the protocol itself say nothing about a person that the login does not say anyway.
bool is_protocol_claim(std::string_view name) {
  constexpr std::string_view kNames[] = {"sub", "iss",       "aud",   "exp", "iat", "acr",
                                         "amr", "auth_time", "nonce", "azp", "sid"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

}  // namespace

std::span<const Check> policy_checks() {
  return kChecks;
}

bool Needs::asks(Ask ask) const {
  return std::ranges::any_of(checks, [ask](const Check* check) { return check->ask == ask; });
}

Needs find_needs(const Situation& situation) {
  Needs needs;
  for (const Check& check : kChecks) {
    if (check.holds(situation)) needs.checks.push_back(&check);
  }
  return needs;
}

std::vector<std::string> requested_claim_names(const oauth::AuthorizationRequest& request) {
  std::vector<std::string> names;
  for (const auto* claims : {&request.id_token_claims, &request.userinfo_claims}) {
    for (const auto& claim : *claims) {
      if (!is_protocol_claim(claim.name) && !contains(names, claim.name)) names.push_back(claim.name);
    }
  }
  return names;
}

std::vector<std::string> consent_names(const oauth::AuthorizationRequest& request) {
  std::vector<std::string> names = requested_claim_names(request);
  for (const auto& resource : request.resource) names.push_back("resource:" + resource);
  for (const auto& detail : oauth::lasting_details(request.authorization_details)) {
    names.push_back("authorization_details:" + detail);
  }
  return names;
}

bool is_approval_needed(const oauth::AuthorizationRequest& request) {
  return oauth::holds_payment(request.authorization_details);
}

bool is_unproven(const oauth::ClientMetadata& client, const oauth::AuthorizationRequest& request) {
  return client.is_public() && !request.redirect_uri.starts_with("https://");
}

bool is_rest_covered(const oauth::AuthorizationRequest& request, const std::optional<store::ConsentRecord>& consent) {
  return consent && oauth::is_subset(request.scope, consent->scope) &&
         oauth::is_subset(consent_names(request), consent->claims);
}

bool is_covered(const oauth::AuthorizationRequest& request, const std::optional<store::ConsentRecord>& consent) {
  return !is_approval_needed(request) && is_rest_covered(request, consent);  // PSD2-RTS-5.1-1
}

}  // namespace signet::server::authn
