#include "server/gateway/gateway_check.h"

#include <algorithm>

#include "base/text.h"
#include "server/client_certificate.h"
#include "server/configuration/secret_file.h"
#include "server/gateway/answer.h"
#include "server/issue/phantom_token.h"
#include "server/token_verification.h"
#include "verify/refusal.h"

namespace signet::server {
namespace {

constexpr std::string_view kPath = "/gateway/check/";
constexpr std::size_t kLongestLoggedName = 64;

verify::Policy make_policy(const ProtectedResourceConfig& config, const Issuer& issuer) {
  const oauth::Profile& profile = issuer.profile();
  verify::Policy policy;
  policy.issuers = {{.issuer = issuer.url(), .jwks_uri = {}}};
  policy.audience = config.audience;
  policy.required_scope = config.scopes;
  policy.step_up.acr_values = config.acr_values;
  if (config.max_age > Duration::zero()) policy.step_up.max_age = config.max_age;
  policy.accept_dpop = contains(config.accept, "dpop");
  policy.accept_mtls = contains(config.accept, "mtls");
  policy.accept_bearer = contains(config.accept, "bearer");
  policy.accept_jwt = false;  // every token is looked up here, JWTs too: this server knows what is revoked
  policy.algorithms = profile.signing_algorithms;
  policy.clock = profile.clock;
  policy.dpop_lifetime = config.dpop_proof_lifetime;
  policy.realm = config.realm;
  policy.resource_metadata = config.resource_metadata;
  return policy;
}

Issuer* find_issuer(const Context& context, std::string_view id) {
  const auto found = std::ranges::find_if(context.issuers, [&](const auto& issuer) { return issuer->id() == id; });
  return found == context.issuers.end() ? nullptr : found->get();
}

/// RFC8705-3: where certificates do not count, what came as one is not looked at.
Result<std::string> find_thumbprint(const verify::Policy& policy, const http::Peer& peer) {
  if (!policy.accept_mtls) return std::string();
  auto certificate = find_client_certificate(peer);
  if (!certificate)
    return fail_as(std::move(certificate).error(), ErrorCode::InvalidRequest, "The client certificate cannot be read.");
  return *certificate == nullptr ? std::string() : (*certificate)->thumbprint;
}

/// The target behind kPath up to the name's end.
std::string_view name_in(std::string_view target) {
  const std::string_view name_and_rest = target.substr(kPath.size());
  return name_and_rest.substr(0, name_and_rest.find_first_of("/?"));
}

/// A name as the log may have it: what no API can be called is not repeated.
std::string_view loggable(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  if (name.find_first_not_of(kLetters) != std::string_view::npos) return "(not a name)";
  return name.substr(0, kLongestLoggedName);
}

}  // namespace

Result<std::unique_ptr<GatewayCheck>> GatewayCheck::make(Context& context) {
  std::unique_ptr<GatewayCheck> check(new GatewayCheck(context));
  for (const auto& config : context.config.protected_resources) {
    Issuer* const issuer = find_issuer(context, config.issuer);
    if (issuer == nullptr)
      return fail(ErrorCode::Malformed, "A protected resource has an unknown issuer.", config.name);
    auto resource = std::make_unique<Resource>(Resource{.config = config, .issuer = *issuer});
    resource->policy = make_policy(config, *issuer);
    if (config.require_dpop_nonce) {
      // RFC9449-9: the nonces name the API, so a proof made for another one is no good here.
      resource->nonces.emplace(derive_key(context.config.master_key, "signet gateway nonces"),
                               "resource " + config.name);
      resource->policy.nonces = &*resource->nonces;
    }
    check->resources_.emplace(config.name, std::move(resource));
  }
  return check;
}

bool GatewayCheck::is_asked(const http::Request& request) {
  return request.target.starts_with(kPath);
}

std::optional<GatewayCheck::Asked> GatewayCheck::find_resource(std::string_view target) {
  const std::string_view name = name_in(target);
  const auto found = resources_.find(name);
  if (found == resources_.end()) return std::nullopt;
  return Asked{.resource = *found->second, .rest = target.substr(kPath.size() + name.size())};
}

http::Response GatewayCheck::refuse_gateway(const http::Request& request, const Error& error) {
  context_.metrics.count(Metrics::Counter::GatewayFailures);
  context_.log.error("gateway.misconfigured", {{"text", error.public_text.view()},
                                               {"detail", error.detail},
                                               {"resource", loggable(name_in(request.target))},
                                               {"address", request.peer.address}});
  return make_problem(500, error);
}

Task<http::Response> GatewayCheck::handle(const http::Request& request) {
  const auto asked = find_resource(request.target);
  if (!asked)
    co_return refuse_gateway(request, {ErrorCode::Bug, "The gateway asks about an API that is not configured here."});
  auto original = read_original_request(asked->resource.config, request, asked->rest);
  if (!original && original.error().code == ErrorCode::Bug) co_return refuse_gateway(request, original.error());
  if (!original) {
    context_.metrics.count(Metrics::Counter::GatewayRefusals);
    co_return make_gateway_refusal(asked->resource.config.contract,
                                   verify::make_refusal(std::move(original).error(), asked->resource.policy, {}));
  }
  co_return co_await decide(request, asked->resource, *std::move(original));
}

Task<http::Response> GatewayCheck::decide(const http::Request& request, Resource& resource, OriginalRequest original) {
  const ProtectedResourceConfig& config = resource.config;
  Exchange exchange{.context = context_,
                    .issuer = resource.issuer,
                    .request = request,
                    .now = context_.clock.now(),
                    .endpoint_path = kPath};
  const auto refuse = [&](const verify::Refusal& refusal, std::string_view client_id) {
    const bool has_answer = refusal.status < 500;
    context_.metrics.count(has_answer ? Metrics::Counter::GatewayRefusals : Metrics::Counter::GatewayFailures);
    exchange.record_refusal(
        AuditEvent("gateway", "refused").client(client_id).text("resource", config.name).error(refusal.error));
    return make_gateway_refusal(config.contract, refusal);
  };
  auto thumbprint = find_thumbprint(resource.policy, request.peer);
  if (!thumbprint) co_return refuse(verify::make_refusal(std::move(thumbprint).error(), resource.policy, {}), {});
  verify::Presented presented{.authorization = request.fields.all("Authorization"),
                              .dpop = request.fields.all("DPoP"),
                              .method = original.method,
                              .url = config.public_url + std::string(original.path()),
                              .certificate_thumbprint = *std::move(thumbprint),
                              .other_places = {.query = oauth::has_token_parameter(original.query()), .form = false}};
  const TokenVerification checked = co_await verify_token(exchange, resource.policy, std::move(presented));
  const std::string& client_id = checked.known.response.client_id;
  if (const auto* refusal = std::get_if<verify::Refusal>(&checked.verdict)) co_return refuse(*refusal, client_id);
  const auto& token = std::get<verify::VerifiedToken>(checked.verdict);
  auto phantom =
      issue_phantom_token(exchange, checked.known.response, *checked.known.token_hash, {config.audience}, std::nullopt);
  if (!phantom) co_return refuse(verify::make_refusal(std::move(phantom).error(), resource.policy, {}), client_id);
  context_.metrics.count(Metrics::Counter::GatewayApprovals);
  co_return make_gateway_approval(config.contract, *phantom,
                                  verify::make_proven_key_field(token.cnf, request.peer.certificate),
                                  token.new_dpop_nonce);
}

}  // namespace signet::server
