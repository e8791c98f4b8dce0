#include "server/pipelines/authorization_request.h"

#include <algorithm>

#include "base/text.h"
#include "oauth/core_rfc6749.h"
#include "oauth/hypermedia.h"
#include "oauth/rar_rfc9396.h"
#include "oauth/resource_rfc8707.h"
#include "server/possession.h"

namespace signet::server {
namespace {

using oauth::AuthorizationRequest;
using oauth::ClientMetadata;

Result<void> pushed_when_required(const AuthorizationRequest&, RequestChannel channel, const ClientMetadata& client,
                                  const Issuer& issuer) {
  return oauth::check_pushed_when_required(channel, client, issuer.profile());
}
Result<void> grant_type(const AuthorizationRequest&, RequestChannel, const ClientMetadata& client, const Issuer&) {
  if (client.may_use_grant("authorization_code")) return {};
  return fail(ErrorCode::UnauthorizedClient, "The client is not registered for the authorization_code grant.");
}
Result<void> response_type(const AuthorizationRequest& request, RequestChannel, const ClientMetadata& client,
                           const Issuer&) {
  return oauth::check_response_type(request, client);
}
Result<void> response_mode(const AuthorizationRequest& request, RequestChannel, const ClientMetadata&, const Issuer&) {
  return oauth::check_response_mode(request);
}
Result<void> pkce(const AuthorizationRequest& request, RequestChannel, const ClientMetadata& client,
                  const Issuer& issuer) {
  return oauth::check_pkce(request, client, issuer.profile());
}
/// A code that is bound to a key which no token may be bound to could never be redeemed.
Result<void> dpop_jkt(const AuthorizationRequest& request, RequestChannel, const ClientMetadata& client,
                      const Issuer&) {
  if (request.dpop_jkt.empty() || may_use_dpop(client)) return {};
  return fail(ErrorCode::InvalidRequest, "The tokens of this client are bound to its certificate: send no dpop_jkt.");
}
Result<void> nonce_and_state(const AuthorizationRequest& request, RequestChannel, const ClientMetadata&,
                             const Issuer&) {
  return oauth::check_nonce_and_state(request);
}
Result<void> scope(const AuthorizationRequest& request, RequestChannel, const ClientMetadata& client,
                   const Issuer& issuer) {
  if (contains(request.scope, oauth::kHypermediaScope)) {  // it is the app's, and no user can give it
    return fail(ErrorCode::InvalidScope, "The scope of the hypermedia API is not a user's to give.");
  }
  if (request.scope.empty() && request.authorization_details.empty()) {  // a token that opens nothing is a mistake
    return fail(ErrorCode::InvalidScope, "The parameter scope is missing, and no authorization_details stand for it.");
  }
  TRY(oauth::check_scope(request, client, issuer.profile()));
  if (oauth::is_subset(request.scope, issuer.scopes())) return {};
  return fail(ErrorCode::InvalidScope, "The parameter scope has a value that is not offered here.");
}
Result<void> resource(const AuthorizationRequest& request, RequestChannel, const ClientMetadata& client,
                      const Issuer& issuer) {
  TRY(oauth::narrow_resources(request.resource, allowed_resources(client, issuer)));
  return {};
}
Result<void> authorization_details(const AuthorizationRequest& request, RequestChannel, const ClientMetadata& client,
                                   const Issuer& issuer) {
  if (request.authorization_details.empty()) return {};
  TRY_ASSIGN(const json::array details, oauth::parse_authorization_details(request.authorization_details));
  TRY(oauth::check_detail_types(details, issuer.config().authorization_details_types,
                                "The member type of authorization_details names a type that is not offered here."));
  TRY(oauth::check_detail_types(
      details, client.authorization_details_types,
      "The member type of authorization_details names a type that the client is not registered for."));
  TRY_ASSIGN(const auto audience, oauth::narrow_resources(request.resource, allowed_resources(client, issuer)));
  return oauth::check_detail_locations(details, audience);
}
/// RFC9396-12: a payment that travels through the browser could be another one when it arrives.
Result<void> payment_pushed(const AuthorizationRequest& request, RequestChannel, const ClientMetadata&, const Issuer&) {
  if (!oauth::holds_payment(request.authorization_details)) return {};
  return fail(ErrorCode::InvalidAuthorizationDetails, "A payment_initiation must be sent in a pushed request.");
}
Result<void> essential_acr(const AuthorizationRequest& request, RequestChannel, const ClientMetadata&,
                           const Issuer& issuer) {
  const oauth::ClaimRequest* acr = nullptr;
  for (const auto& claim : request.id_token_claims) {
    if (claim.name == "acr" && claim.essential && !claim.values.empty()) acr = &claim;
  }
  if (acr == nullptr) return {};
  for (const auto& value : acr->values) {
    if (contains(issuer.config().acr_values, value)) return {};
  }
  return fail(ErrorCode::UnmetAuthenticationRequirements,
              "No essential acr value that was asked for can be reached here.");
}

// clang-format off
constexpr RequestRule kRules[] = {
    // name                 pushed front  check                 spec
    {"pushed_when_required", false, true, pushed_when_required, "FAPI2-SP-FINAL-5.3.2.2, RFC9126-5"},
    {"grant_type",           true,  true, grant_type,           "RFC7591-2"},
    {"response_type",        true,  true, response_type,        "RFC6749-3.1.1, FAPI2-SP-FINAL-5.3.2.2"},
    {"response_mode",        true,  true, response_mode,        "OAUTH-RESPONSE-TYPES-2.1"},
    {"pkce",                 true,  true, pkce,                 "RFC7636-4.3, FAPI2-SP-FINAL-5.3.2.2"},
    {"dpop_jkt",             true,  true, dpop_jkt,             "RFC9449-10"},
    {"nonce_and_state",      true,  true, nonce_and_state,      "FAPI2-SP-FINAL-5.3.2.2"},
    {"scope",                true,  true, scope,                "RFC6749-3.3"},
    {"resource",             true,  true, resource,             "RFC8707-2.1"},
    {"authorization_details", true, true, authorization_details, "RFC9396-2.2, RFC9396-5, RFC9396-10"},
    {"payment_pushed",       false, true, payment_pushed,       "RFC9396-12"},
    {"essential_acr",        true,  true, essential_acr,        "OIDC-5.5.1.1"},
};
// clang-format on

}  // namespace

std::span<const RequestRule> authorization_request_rules() {
  return kRules;
}

void take_out_ignored_scopes(const Issuer& issuer, const ClientMetadata& client, AuthorizationRequest& request) {
  const auto is_unknown = [&](const std::string& scope) { return !contains(issuer.scopes(), scope); };
  if (issuer.profile().ignore_unknown_scopes && !std::ranges::all_of(request.scope, is_unknown))
    std::erase_if(request.scope, is_unknown);
  if (!client.may_use_grant("refresh_token")) std::erase(request.scope, "offline_access");
}

Result<void> check_destination(const Issuer& issuer, const ClientMetadata& client, const AuthorizationRequest& request,
                               RequestChannel channel) {
  TRY(oauth::select_redirect_uri(request, channel, client, issuer.profile()));
  return {};
}

Result<void> check_authorization_request(const Issuer& issuer, const ClientMetadata& client,
                                         const AuthorizationRequest& request, RequestChannel channel) {
  for (const RequestRule& rule : kRules) {
    const bool applies = channel == RequestChannel::Pushed ? rule.pushed : rule.front;
    if (applies) TRY(rule.check(request, channel, client, issuer));
  }
  return {};
}

}  // namespace signet::server
