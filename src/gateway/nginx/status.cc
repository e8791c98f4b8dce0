#include "gateway/nginx/status.h"

#include "gateway/nginx/configuration.h"
#include "gateway/nginx/respond.h"
#include "oauth/protected_resource_rfc9728.h"

namespace signet::nginx {
namespace {

bool is_feed_up(const TokenMemory& memory) {
  bool any = false;
  for (const FeedState& feed : memory.feeds) {
    if (feed.issuer_tag == 0) continue;
    if (feed.succeeded_at <= feed.failed_at) return false;
    any = true;
  }
  return any;
}

std::string render_status(const Zones& zones) {
  gateway::Exposition exposition;
  for (const TokenZone* zone : zones.tokens) {
    const TokenMemory& memory = zone->memory();
    exposition.add(memory.counters, {.zone = zone->name,
                                     .cached_tokens = memory.nodes,
                                     .free_pages = zone->pool().pfree,
                                     .revocation_marks = zone->marks().count(steady_instant()),
                                     .feed_up = is_feed_up(memory)});
  }
  for (const ReplayZone* zone : zones.replays) {
    const gateway::TimedSet proofs = zone->proofs();
    exposition.add({.zone = zone->name, .used = proofs.count(wall_clock()), .capacity = proofs.capacity()});
  }
  return std::move(exposition).take();
}

oauth::ProtectedResourceMetadata describe(const LocationConf& conf) {
  oauth::ProtectedResourceMetadata metadata;
  metadata.resource = to_view(conf.audience);
  metadata.authorization_servers.emplace_back(to_view(conf.issuer));
  metadata.tls_client_certificate_bound_access_tokens = (conf.accept & kAcceptMtls) != 0;
  const bool is_dpop = (conf.accept & kAcceptDpop) != 0;
  if (is_dpop) metadata.dpop_signing_alg_values_supported = {"PS256", "ES256", "EdDSA"};
  metadata.dpop_bound_access_tokens_required = is_dpop && (conf.accept & (kAcceptMtls | kAcceptBearer)) == 0;
  if (conf.scopes != nullptr) {
    const auto* scopes = static_cast<const ngx_str_t*>(conf.scopes->elts);
    for (ngx_uint_t i = 0; i < conf.scopes->nelts; ++i) metadata.scopes_supported.emplace_back(to_view(scopes[i]));
  }
  return metadata;
}

/// Answers GET and HEAD; a body is thrown away.
ngx_int_t answer_get(ngx_http_request_t* request, http::Response (*make)(ngx_http_request_t*)) {
  if ((request->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) return NGX_HTTP_NOT_ALLOWED;
  try {
    return send(request, make(request));
  } catch (const std::exception& exception) {
    log_event(NGX_LOG_ALERT, request, exception.what());
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
}

http::Response make_status(ngx_http_request_t* request) {
  const auto* main = static_cast<MainConf*>(ngx_http_get_module_main_conf(request, ngx_http_signet_module));
  http::Response response{.status = NGX_HTTP_OK, .fields = {}, .body = render_status(main->zones)};
  response.fields.add("Content-Type", "text/plain; version=0.0.4");
  response.fields.add("Cache-Control", "no-store");
  return response;
}

http::Response make_metadata(ngx_http_request_t* request) {
  const auto* conf = static_cast<LocationConf*>(ngx_http_get_module_loc_conf(request, ngx_http_signet_module));
  http::Response response = http::make_json_response(NGX_HTTP_OK, oauth::render_resource_metadata(describe(*conf)));
  response.fields.add("Cache-Control", "public, max-age=3600");
  response.fields.add("Access-Control-Allow-Origin", "*");  // public, and browser apps discover with it
  return response;
}

ngx_int_t on_status(ngx_http_request_t* request) {
  return answer_get(request, make_status);
}

ngx_int_t on_metadata(ngx_http_request_t* request) {
  return answer_get(request, make_metadata);
}

char* serve(ngx_conf_t* cf, ngx_http_handler_pt handler) {
  auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  core->handler = handler;
  return NGX_CONF_OK;
}

}  // namespace

char* serve_status(ngx_conf_t* cf) {
  return serve(cf, on_status);
}

char* serve_metadata(ngx_conf_t* cf) {
  return serve(cf, on_metadata);
}

}  // namespace signet::nginx
