#include "gateway/nginx/configuration.h"

#include <algorithm>
#include <cstring>

#include "crypto/digest.h"

namespace signet::nginx {
namespace {

std::vector<std::string> to_list(const ngx_array_t* words) {
  std::vector<std::string> list;
  if (words == nullptr) return list;
  const auto* texts = static_cast<const ngx_str_t*>(words->elts);
  for (ngx_uint_t i = 0; i < words->nelts; ++i) list.emplace_back(to_view(texts[i]));
  return list;
}

gateway::ForwardedToken forwarded_token(ngx_uint_t bits) {
  if ((bits & kForwardPhantom) != 0) return gateway::ForwardedToken::Phantom;
  return (bits & kForwardToken) != 0 ? gateway::ForwardedToken::Original : gateway::ForwardedToken::None;
}

gateway::Settings make_settings(const LocationConf& conf) {
  gateway::Settings settings;
  settings.issuer = to_view(conf.issuer);
  settings.audience = to_view(conf.audience);
  settings.public_url = to_view(conf.public_url);
  if (conf.scopes != nullptr) settings.scopes = to_list(conf.scopes);
  settings.accept_dpop = (conf.accept & kAcceptDpop) != 0;
  settings.accept_mtls = (conf.accept & kAcceptMtls) != 0;
  settings.accept_bearer = (conf.accept & kAcceptBearer) != 0;
  settings.opaque_tokens = (conf.tokens & kTokensOpaque) != 0;
  settings.jwt_tokens = (conf.tokens & kTokensJwt) != 0;
  settings.introspection = to_view(conf.introspection);
  settings.jwks = to_view(conf.jwks);
  settings.revocations = to_view(conf.revocations);
  settings.client_id = to_view(conf.client_id);
  settings.client_auth = static_cast<gateway::ClientAuth>(conf.client_auth);
  if (conf.client_key != nullptr) settings.client_key = *conf.client_key;
  settings.phantom_form =
      conf.phantom_form == kPhantomJwt ? gateway::PhantomForm::AccessTokenJwt : gateway::PhantomForm::IntrospectionJwt;
  settings.has_cache = conf.cache != nullptr;
  settings.ceiling = Duration(conf.ceiling);
  settings.negative_lifetime = Duration(conf.negative);
  settings.has_replay = conf.replay != nullptr;
  settings.replay_off = conf.replay_off == 1;
  settings.nonce_group = to_view(conf.nonce_group);
  if (conf.nonce_key != nullptr) settings.nonce_key_hex = *conf.nonce_key;
  settings.dpop_lifetime = Duration(conf.dpop_lifetime);
  settings.acr_values = to_list(conf.acr_values);
  if (conf.max_age != 0) settings.max_age = Duration(conf.max_age);
  settings.forwarded_token = forwarded_token(conf.forward);
  settings.forward_key = (conf.forward & kForwardKey) != 0;
  settings.realm = to_view(conf.realm);
  settings.interaction_id = conf.interaction_id == 1;
  return settings;
}

Authority* find_authority(MainConf& conf, const gateway::Settings& settings) {
  for (const auto& authority : conf.authorities) {
    if (authority->issuer == settings.issuer && authority->jwks == settings.jwks) return authority.get();
  }
  conf.authorities.push_back(std::make_unique<Authority>(settings.issuer, settings.jwks, KeyRing()));
  return conf.authorities.back().get();
}

char* refuse(ngx_conf_t* cf, std::string_view text) {
  const ngx_str_t shown = to_ngx(cf->pool, text);
  ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "signet: %V", &shown);
  return static_cast<char*>(NGX_CONF_ERROR);
}

/// nginx writes odd header lines and request lines into a log of level info or debug, and with them what must not stand
/// there.
void warn_of_log(ngx_conf_t* cf, const ngx_http_core_loc_conf_t& core) {
  const ngx_log_t* log = core.error_log != nullptr ? core.error_log : cf->log;
  if (log->log_level < NGX_LOG_INFO) return;
  ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "signet: error_log of level info or debug: nginx may write tokens into it");
}

/// Makes the location that `signet on` asks for, or says why it cannot.
char* make_location(ngx_conf_t* cf, LocationConf& conf) {
  const auto* core =
      static_cast<ngx_http_core_loc_conf_t*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  if (core->satisfy == NGX_HTTP_SATISFY_ANY) {
    return refuse(cf, "signet cannot protect a location with \"satisfy any\": another rule could let requests through");
  }
  warn_of_log(cf, *core);
  auto rules = gateway::make_location(make_settings(conf));
  if (!rules) return refuse(cf, rules.error().public_text.view());
  MainConf& main = main_conf_of(cf);
  auto made = std::make_unique<NginxLocation>();
  made->rules = *std::move(rules);
  made->rules.policy.dpop_senders = &main.dpop_senders;
  made->tokens = conf.cache;
  made->replays = conf.replay_off == 1 ? nullptr : conf.replay;
  made->authority = find_authority(main, made->rules.settings);
  made->certificate_proxies = conf.certificate_proxies;
  made->question_tag = make_question_tag(made->rules.settings);
  // A key of the zone is there only when nginx has started; one of a file is looked at now
  if (!made->rules.settings.nonce_key_hex.empty() && !make_nonces(*made)) {
    return refuse(cf, "signet_dpop_nonce: the key file must have 64 hexadecimal digits");
  }
  conf.location = made.get();
  main.locations.push_back(std::move(made));
  return NGX_CONF_OK;
}

/// Its place in the zone: the one it had before a reload, or a free one.
bool find_feed_place(NginxLocation& location) {
  const gateway::Settings& settings = location.rules.settings;
  const Digest256 digest = crypto::sha256(settings.issuer + '\0' + settings.revocations);
  std::uint64_t tag = 0;
  std::memcpy(&tag, digest.data(), sizeof tag);
  const ZoneLock lock(*location.tokens);
  FeedState* feeds = location.tokens->memory().feeds;
  for (const std::uint64_t wanted : {tag, std::uint64_t{0}}) {
    auto* const found =
        std::find_if(feeds, feeds + kMostFeeds, [&](const FeedState& feed) { return feed.issuer_tag == wanted; });
    if (found == feeds + kMostFeeds) continue;
    found->issuer_tag = tag;
    location.feed = static_cast<std::size_t>(found - feeds);
    return true;
  }
  return false;
}

/// Words that were not given are inherited, or the default.
void merge_choice(ngx_uint_t& choice, ngx_uint_t inherited, ngx_uint_t fallback) {
  if (choice == 0) choice = inherited == 0 ? fallback : inherited;
}

}  // namespace

void* create_main_conf(ngx_conf_t* cf) {
  return make_in_pool<MainConf>(cf->pool);
}

void* create_location_conf(ngx_conf_t* cf) {
  auto* conf = static_cast<LocationConf*>(ngx_pcalloc(cf->pool, sizeof(LocationConf)));
  if (conf == nullptr) return nullptr;
  conf->enabled = NGX_CONF_UNSET;
  conf->scopes = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
  conf->client_auth = NGX_CONF_UNSET_UINT;
  conf->client_key = static_cast<SecretText*>(NGX_CONF_UNSET_PTR);
  conf->cache = static_cast<TokenZone*>(NGX_CONF_UNSET_PTR);
  conf->ceiling = NGX_CONF_UNSET_MSEC;
  conf->negative = NGX_CONF_UNSET_MSEC;
  conf->replay = static_cast<ReplayZone*>(NGX_CONF_UNSET_PTR);
  conf->replay_off = NGX_CONF_UNSET;
  conf->nonce_key = static_cast<SecretText*>(NGX_CONF_UNSET_PTR);
  conf->dpop_lifetime = NGX_CONF_UNSET_MSEC;
  conf->acr_values = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
  conf->max_age = NGX_CONF_UNSET_MSEC;
  conf->certificate_proxies = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
  conf->interaction_id = NGX_CONF_UNSET;
  return conf;
}

char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child) {
  const auto& from = *static_cast<LocationConf*>(parent);
  auto& conf = *static_cast<LocationConf*>(child);
  const auto millis = [](Duration duration) { return static_cast<ngx_msec_t>(duration.count()); };
  ngx_conf_merge_value(conf.enabled, from.enabled, 0);
  ngx_conf_merge_str_value(conf.issuer, from.issuer, "");
  ngx_conf_merge_str_value(conf.audience, from.audience, "");
  ngx_conf_merge_str_value(conf.public_url, from.public_url, "");
  ngx_conf_merge_ptr_value(conf.scopes, from.scopes, nullptr);
  merge_choice(conf.accept, from.accept, kAcceptDpop | kAcceptMtls);
  merge_choice(conf.tokens, from.tokens, kTokensOpaque | kTokensJwt);
  ngx_conf_merge_str_value(conf.introspection, from.introspection, "");
  ngx_conf_merge_str_value(conf.jwks, from.jwks, "");
  ngx_conf_merge_str_value(conf.revocations, from.revocations, "");
  ngx_conf_merge_str_value(conf.client_id, from.client_id, "");
  ngx_conf_merge_uint_value(conf.client_auth, from.client_auth, 0);
  ngx_conf_merge_ptr_value(conf.client_key, from.client_key, nullptr);
  merge_choice(conf.phantom_form, from.phantom_form, kPhantomIntrospectionJwt);
  ngx_conf_merge_ptr_value(conf.cache, from.cache, nullptr);
  ngx_conf_merge_msec_value(conf.ceiling, from.ceiling, millis(gateway::kDefaultCeiling));
  const Duration most_negative = std::min(gateway::Settings().negative_lifetime, Duration(conf.ceiling));
  ngx_conf_merge_msec_value(conf.negative, from.negative, millis(most_negative));
  ngx_conf_merge_ptr_value(conf.replay, from.replay, nullptr);
  ngx_conf_merge_value(conf.replay_off, from.replay_off, 0);
  ngx_conf_merge_str_value(conf.nonce_group, from.nonce_group, "");
  ngx_conf_merge_ptr_value(conf.nonce_key, from.nonce_key, nullptr);
  ngx_conf_merge_msec_value(conf.dpop_lifetime, from.dpop_lifetime, millis(gateway::Settings().dpop_lifetime));
  ngx_conf_merge_ptr_value(conf.acr_values, from.acr_values, nullptr);
  ngx_conf_merge_msec_value(conf.max_age, from.max_age, 0);
  ngx_conf_merge_ptr_value(conf.certificate_proxies, from.certificate_proxies, nullptr);
  merge_choice(conf.forward, from.forward, kForwardPhantom | kForwardKey);
  ngx_conf_merge_str_value(conf.realm, from.realm, "");
  ngx_conf_merge_value(conf.interaction_id, from.interaction_id, 1);
  if (conf.metadata && (conf.issuer.len == 0 || conf.audience.len == 0)) {
    return refuse(cf, "signet_metadata needs signet_issuer and signet_audience");
  }
  return conf.enabled == 1 ? make_location(cf, conf) : NGX_CONF_OK;
}

MainConf& main_conf_of(ngx_conf_t* cf) {
  return *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_signet_module));
}

MainConf* main_conf_of(ngx_cycle_t* cycle) {
  return static_cast<MainConf*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_signet_module));
}

NginxLocation* find_location(const ngx_http_request_t* request) {
  return static_cast<LocationConf*>(ngx_http_get_module_loc_conf(request, ngx_http_signet_module))->location;
}

ngx_int_t prepare_feeds(ngx_cycle_t* cycle, MainConf& conf) {
  for (const auto& location : conf.locations) {
    if (!location->has_feed() || find_feed_place(*location)) continue;
    ngx_log_error(
        NGX_LOG_EMERG, cycle->log, 0,
        "signet: a zone has room for the revocations of %uz authorization servers: use another zone, or restart "
        "nginx if that many were reloaded away",
        kMostFeeds);
    return NGX_ERROR;
  }
  return NGX_OK;
}

ngx_int_t prepare_nonces(ngx_cycle_t* cycle, MainConf& conf) {
  for (const auto& location : conf.locations) {
    if (make_nonces(*location)) continue;
    ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "signet: no key for DPoP nonces");
    return NGX_ERROR;
  }
  return NGX_OK;
}

}  // namespace signet::nginx
