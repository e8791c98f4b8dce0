#include "server/gateway/answer.h"

#include <algorithm>

#include "base/text.h"
#include "verify/problem.h"

namespace signet::server {
namespace {

/// What a client may have sent and the API must not see from it. Envoy adds fields and keeps all others, so it is told
/// which ones to drop.
constexpr std::string_view kClientFields[] = {"DPoP", verify::kClientCertField, verify::kClientCertChainField,
                                              verify::kClientDpopJktField};

std::string render_removals(const verify::ProvenKeyField& proven_key) {
  std::vector<std::string> removed;
  for (const auto name : kClientFields) {
    if (name != proven_key.name) removed.emplace_back(name);
  }
  return join(removed, ", ");
}

/// auth_request passes 401 and 403 on and turns everything else into 500.
int passable_status(GatewayContract contract, int status) {
  return contract == GatewayContract::AuthRequest && status == 400 ? 403 : status;
}

}  // namespace

http::Response make_gateway_approval(GatewayContract contract, std::string_view phantom_token,
                                     const verify::ProvenKeyField& proven_key,
                                     const std::optional<std::string>& new_dpop_nonce) {
  http::Response response;
  response.fields.set("Cache-Control", "no-store");
  response.fields.set("Authorization", "Bearer " + std::string(phantom_token));
  if (!proven_key.name.empty()) response.fields.set(proven_key.name, proven_key.value);
  if (new_dpop_nonce) response.fields.set("DPoP-Nonce", *new_dpop_nonce);
  if (contract == GatewayContract::Envoy)
    response.fields.set("x-envoy-auth-headers-to-remove", render_removals(proven_key));
  return response;
}

http::Response make_gateway_refusal(GatewayContract contract, const verify::Refusal& refusal) {
  http::Response response = make_problem(passable_status(contract, refusal.status), refusal.error);
  // One field for all challenges (RFC9110-11.6.1): gateways copy the first and forget the others.
  if (!refusal.www_authenticate.empty()) response.fields.set("WWW-Authenticate", join(refusal.www_authenticate, ", "));
  if (refusal.new_dpop_nonce) response.fields.set("DPoP-Nonce", *refusal.new_dpop_nonce);
  if (response.status == 503) response.fields.set("Retry-After", "1");
  return response;
}

http::Response make_problem(int status, const Error& error) {
  http::Response response{.status = status, .fields = {}, .body = verify::render_problem(status, error)};
  response.fields.set("Content-Type", verify::kProblemMediaType);
  response.fields.set("Cache-Control", "no-store");
  return response;
}

}  // namespace signet::server
