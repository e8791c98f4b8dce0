#include "resource/resource_server.h"

#include <algorithm>

#include "base/url.h"
#include "http/form.h"
#include "oauth/core_rfc6749.h"
#include "oauth/jwt_introspection_rfc9701.h"
#include "x509/certificate.h"

namespace signet::resource {
namespace {

constexpr std::size_t kMaxAnswerBytes = 128 * 1024;
/// A phantom token holds all that is known of a token; how much of it arrives the listener's limits decide.
constexpr std::size_t kMaxPhantomBytes = 64 * 1024;

/// A key that was proven to a proxy counts where the proxy is the gateway: others pass on what a client wrote.
void present_gateway(const http::Request& request, verify::Presented& presented) {
  presented.is_from_gateway = request.peer.is_proxied;
  presented.forwarded_jkt = request.peer.dpop_jkt;
}

verify::Presented present(const http::Request& request, std::string public_url, bool is_behind_gateway) {
  verify::Presented presented;
  presented.authorization = request.fields.all("Authorization");
  presented.dpop = request.fields.all("DPoP");
  presented.method = request.method;
  presented.url = std::move(public_url);
  if (!request.peer.certificate.empty()) {
    presented.certificate_thumbprint = x509::certificate_thumbprint(request.peer.certificate);
  }
  if (is_behind_gateway) present_gateway(request, presented);
  presented.other_places.query = oauth::has_token_parameter(request.query());
  const std::string type = http::media_type(request.fields.get("Content-Type"));
  presented.other_places.form = type == "application/x-www-form-urlencoded" && oauth::has_token_parameter(request.body);
  return presented;
}

SecretBytes make_nonce_key(const ResourceConfig& config, Random& random) {
  if (!config.dpop_nonce_key.empty()) return config.dpop_nonce_key;
  Bytes key(32);
  random.fill(key);
  return SecretBytes(std::move(key));
}

/// Whatever goes wrong between us and the authorization server, the token has not been checked.
std::unexpected<Error> no_answer(Error cause) {
  if (cause.cause() == Cause::Unavailable) return std::unexpected(std::move(cause));
  return fail_as(std::move(cause), ErrorCode::Unavailable, "The access token cannot be checked at the moment.");
}

}  // namespace

Result<std::unique_ptr<ResourceServer>> ResourceServer::make(ResourceConfig config, remote::Transport& transport,
                                                             const Clock& clock, Random& random) {
  TRY(check_resource_config(config));
  return std::unique_ptr<ResourceServer>(new ResourceServer(std::move(config), transport, clock, random));
}

ResourceServer::ResourceServer(ResourceConfig config, remote::Transport& transport, const Clock& clock, Random& random)
    : config_(std::move(config)),
      transport_(transport),
      clock_(clock),
      random_(random),
      introspections_(config_.introspection_cache),
      replays_(config_.replay_capacity) {
  for (const IssuerTrust& trust : config_.issuers) {
    if (trust.introspection) {
      introspecting_ = servers_.size();
      can_introspect_ = true;
    }
    remote::AuthorizationServerOptions options{
        .issuer = trust.issuer, .ca_pem = config_.ca_pem, .timeout = config_.timeout};
    servers_.push_back(std::make_unique<remote::AuthorizationServer>(std::move(options), transport, clock));
  }
  if (config_.require_dpop_nonce) {
    nonces_ = std::make_unique<oauth::DpopNonces>(make_nonce_key(config_, random), "resource " + config_.resource);
  }
}

std::shared_ptr<const verify::Policy> ResourceServer::make_policy(Demand demand) const {
  auto policy = std::make_shared<verify::Policy>();
  for (const IssuerTrust& trust : config_.issuers) policy->issuers.push_back({trust.issuer, {}});
  policy->audience = config_.resource;
  policy->required_scope = std::move(demand.scope);
  policy->step_up = std::move(demand.step_up);
  policy->accept_dpop = config_.accept_dpop;
  policy->accept_mtls = config_.accept_mtls;
  policy->accept_bearer = config_.accept_bearer;
  policy->accept_jwt = config_.accept_jwt;
  policy->accept_opaque = can_introspect_;
  policy->introspect_jwt = config_.introspect_jwt;
  policy->algorithms = config_.algorithms;
  policy->clock = config_.clock;
  policy->dpop_lifetime = config_.dpop_lifetime;
  policy->nonces = nonces_.get();
  policy->gateway = config_.gateway;
  if (config_.gateway) policy->max_token_bytes = kMaxPhantomBytes;
  policy->realm = config_.realm;
  if (const auto url = oauth::resource_metadata_url(config_.resource)) policy->resource_metadata = *url;
  return policy;
}

Guard ResourceServer::guard(Demand demand) {
  return Guard(*this, make_policy(std::move(demand)));
}

Task<verify::Verdict> Guard::check(const http::Request& request, std::string public_url) const {
  const bool is_behind_gateway = policy_->gateway.has_value();
  verify::Verification verification(*policy_, present(request, std::move(public_url), is_behind_gateway),
                                    server_.clock_.now());
  verify::Next next = verification.start();
  for (;;) {
    if (auto* verdict = std::get_if<verify::Verdict>(&next)) co_return std::move(*verdict);
    if (auto* need = std::get_if<verify::NeedKeys>(&next)) {
      auto keys = co_await server_.find_keys(need->issuer, verification.signed_token());
      next = verification.on_keys(std::move(keys));
    } else if (auto* question = std::get_if<verify::NeedIntrospection>(&next)) {
      auto answer = co_await server_.introspect(*question);
      next = verification.on_introspection(std::move(answer));
    } else {
      const auto& proof = std::get<verify::NeedReplayCheck>(next);
      auto seen = server_.replays_.remember(proof.hash, proof.until, server_.clock_.now());
      next = verification.on_replay(std::move(seen));
    }
  }
}

Task<Result<jose::JwkSet>> ResourceServer::find_keys(std::string issuer, const jose::UnverifiedJws& token) {
  const auto found = std::ranges::find(servers_, issuer, [](const auto& server) { return server->issuer(); });
  if (found == servers_.end()) co_return fail(ErrorCode::Bug, "internal error", "keys of an unknown issuer");
  const auto keys = co_await (*found)->keys_for(token);
  if (!keys) co_return no_answer(keys.error());
  co_return **keys;
}

Task<Result<oauth::IntrospectionResponse>> ResourceServer::introspect(verify::NeedIntrospection need) {
  if (auto known = introspections_.find(need.token_hash, clock_.now())) co_return *std::move(known);
  auto answer = co_await ask(std::move(need.token));
  if (!answer) co_return no_answer(std::move(answer).error());
  // A server speaks for its own tokens only; without this one trusted issuer could vouch in the name of another
  const std::string& issuer = config_.issuers[introspecting_].issuer;
  if (answer->active && answer->iss.empty()) answer->iss = issuer;
  if (answer->active && answer->iss != issuer) answer = oauth::IntrospectionResponse{};
  introspections_.keep(need.token_hash, *answer, clock_.now());
  co_return answer;
}

Result<net::OutgoingRequest> ResourceServer::make_question(const oauth::AuthorizationServerMetadata& server,
                                                           std::string_view token) {
  const IssuerTrust& trust = config_.issuers[introspecting_];
  const bool by_tls = trust.introspection->authenticates_by_tls();
  const std::string& alias = server.mtls_endpoint_aliases.introspection_endpoint;
  net::OutgoingRequest request;
  request.method = "POST";
  request.url = by_tls && !alias.empty() ? alias : server.introspection_endpoint;  // RFC8705-5
  if (request.url.empty()) return fail(ErrorCode::Unavailable, "The issuer has no introspection endpoint.");
  request.timeout = config_.timeout;
  request.max_response_bytes = kMaxAnswerBytes;
  request.tls = remote::make_tls(*trust.introspection, config_.ca_pem, by_tls);
  request.fields.add("Content-Type", "application/x-www-form-urlencoded");
  const bool wants_jwt = trust.format == IntrospectionFormat::SignedJwt;
  request.fields.add("Accept", wants_jwt ? oauth::kIntrospectionJwtMediaType : "application/json");  // RFC9701-4
  std::vector<http::Form::Entry> form = {{"token", std::string(token)}, {"token_type_hint", "access_token"}};
  TRY(remote::authenticate(*trust.introspection, trust.issuer, random_, clock_.now(), form));
  request.body = http::render_form(form);
  return request;
}

Task<Result<oauth::IntrospectionResponse>> ResourceServer::ask(std::string token) {
  if (!can_introspect_) co_return fail(ErrorCode::Bug, "internal error", "introspection without a credential");
  const auto metadata = co_await servers_[introspecting_]->metadata();
  if (!metadata) co_return std::unexpected(metadata.error());
  CO_TRY_ASSIGN(net::OutgoingRequest question, make_question(**metadata, token));
  auto response = co_await transport_.send(std::move(question));
  if (!response) co_return std::unexpected(std::move(response).error());
  if (response->status != 200) {
    co_return fail(ErrorCode::Unavailable, "The access token cannot be checked at the moment.",
                   "introspection was answered with status " + std::to_string(response->status));
  }
  const std::string type = http::media_type(response->fields.get("Content-Type"));
  if (config_.issuers[introspecting_].format == IntrospectionFormat::SignedJwt) {
    if (type != oauth::kIntrospectionJwtMediaType) {  // RFC9701-5: an unsigned answer is not what was asked for
      co_return fail(ErrorCode::Unavailable, "The access token cannot be checked at the moment.",
                     "the introspection answer is not signed");
    }
    co_return co_await read_signed(std::move(response->body));
  }
  co_return oauth::parse_introspection(response->body);
}

Task<Result<oauth::IntrospectionResponse>> ResourceServer::read_signed(std::string jwt) {
  const IssuerTrust& trust = config_.issuers[introspecting_];
  CO_TRY_ASSIGN(const jose::UnverifiedJws jws, jose::UnverifiedJws::parse(jwt, kMaxAnswerBytes));
  const auto keys = co_await servers_[introspecting_]->keys_for(jws);
  if (!keys) co_return std::unexpected(keys.error());
  co_return oauth::verify_introspection_jwt(jwt, **keys,
                                            {.issuer = trust.issuer,
                                             .resource_server = trust.introspection->client_id,
                                             .now = clock_.now(),
                                             .algorithms = config_.algorithms,
                                             .clock = config_.clock});
}

std::string ResourceServer::metadata_path() const {
  const auto url = oauth::resource_metadata_url(config_.resource);
  const auto parsed = url ? parse_url(*url) : Result<Url>(std::unexpected(url.error()));
  return parsed ? parsed->path : "/.well-known/oauth-protected-resource";
}

oauth::ProtectedResourceMetadata ResourceServer::metadata() const {
  oauth::ProtectedResourceMetadata metadata;
  metadata.resource = config_.resource;
  for (const IssuerTrust& trust : config_.issuers) metadata.authorization_servers.push_back(trust.issuer);
  metadata.scopes_supported = config_.scopes_supported;
  metadata.authorization_details_types_supported = config_.authorization_details_types;
  metadata.resource_name = config_.resource_name;
  metadata.tls_client_certificate_bound_access_tokens = config_.accept_mtls;
  if (config_.accept_dpop) {
    for (const auto algorithm : config_.algorithms) {
      metadata.dpop_signing_alg_values_supported.emplace_back(crypto::name_of(algorithm));
    }
  }
  metadata.dpop_bound_access_tokens_required = config_.accept_dpop && !config_.accept_mtls && !config_.accept_bearer;
  return metadata;
}

http::Response ResourceServer::metadata_response() const {
  http::Response response = http::make_json_response(200, oauth::render_resource_metadata(metadata()));
  response.fields.add("Cache-Control", "public, max-age=3600");
  response.fields.add("Access-Control-Allow-Origin", "*");  // public, and browser apps discover with it
  return response;
}

http::Response render_refusal(const verify::Refusal& refusal) {
  http::Response response = http::make_json_response(refusal.status, oauth::render_error(refusal.error));
  for (const auto& challenge : refusal.www_authenticate) response.fields.add("WWW-Authenticate", challenge);
  if (refusal.new_dpop_nonce) response.fields.add("DPoP-Nonce", *refusal.new_dpop_nonce);
  if (refusal.status == 503) response.fields.add("Retry-After", "1");
  response.fields.add("Cache-Control", "no-store");
  return response;
}

void add_dpop_nonce(http::Response& response, const verify::VerifiedToken& token) {
  if (token.new_dpop_nonce) response.fields.add("DPoP-Nonce", *token.new_dpop_nonce);
}

}  // namespace signet::resource
