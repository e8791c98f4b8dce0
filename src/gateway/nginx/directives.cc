// The directives: their names, places and words. docs/gateway.md says what each means.
#include <fstream>
#include <sstream>

#include "gateway/nginx/configuration.h"
#include "gateway/nginx/status.h"

namespace signet::nginx {
namespace {

constexpr ngx_uint_t kEverywhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

char* fault(const char* text) {
  return const_cast<char*>(text);  // NOLINT: nginx prints it after the name of the directive
}

const ngx_str_t* words_of(const ngx_conf_t* cf) {
  return static_cast<const ngx_str_t*>(cf->args->elts);
}

/// The value of `name=…` in a word; nothing when the word is another.
std::optional<ngx_str_t> value_of(const ngx_str_t& word, std::string_view name) {
  const std::string_view text = to_view(word);
  if (!text.starts_with(name) || text.size() <= name.size() || text[name.size()] != '=') return std::nullopt;
  return ngx_str_t{word.len - name.size() - 1, word.data + name.size() + 1};
}

/// The secret in a file whose name starts at nginx's configuration folder; null when it cannot be read.
const SecretText* read_secret(ngx_conf_t* cf, ngx_str_t file) {
  if (ngx_conf_full_name(cf->cycle, &file, 1) != NGX_OK) return nullptr;
  std::ifstream in(std::string(to_view(file)), std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  if (!in || out.view().empty()) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "signet: the file \"%V\" cannot be read or is empty", &file);
    return nullptr;
  }
  return make_in_pool<SecretText>(cf->pool, std::move(out).str());
}

/// All words after the first, or an empty list for the one word "off".
ngx_array_t* read_words(ngx_conf_t* cf) {
  ngx_array_t* list = ngx_array_create(cf->pool, cf->args->nelts, sizeof(ngx_str_t));
  if (list == nullptr) return nullptr;
  const ngx_str_t* words = words_of(cf);
  if (cf->args->nelts == 2 && to_view(words[1]) == "off") return list;
  for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
    auto* place = static_cast<ngx_str_t*>(ngx_array_push(list));
    if (place == nullptr) return nullptr;
    *place = words[i];
  }
  return list;
}

char* set_words(ngx_conf_t* cf, ngx_command_t* command, void* conf) {
  auto& list = *reinterpret_cast<ngx_array_t**>(static_cast<char*>(conf) + command->offset);
  if (list != NGX_CONF_UNSET_PTR) return fault("is duplicate");
  list = read_words(cf);
  return list == nullptr ? static_cast<char*>(NGX_CONF_ERROR) : NGX_CONF_OK;
}

char* set_location_uri(ngx_conf_t* cf, ngx_command_t* command, void* conf) {
  if (!to_view(words_of(cf)[1]).starts_with('/'))
    return fault("must be the URI of an internal location, like /_signet/jwks");
  return ngx_conf_set_str_slot(cf, command, conf);
}

std::optional<std::size_t> read_size(const ngx_str_t& word) {
  ngx_str_t text = word;
  const ssize_t size = ngx_parse_size(&text);
  return size == NGX_ERROR ? std::nullopt : std::optional(static_cast<std::size_t>(size));
}

char* set_zone(ngx_conf_t* cf, ngx_command_t*, void* conf) {
  const ngx_str_t* words = words_of(cf);
  const auto size = read_size(words[2]);
  if (!size) return fault("needs a size, like 64m");
  auto& zones = static_cast<MainConf*>(conf)->zones;
  return add_token_zone(cf, zones, words[1], *size) == nullptr ? static_cast<char*>(NGX_CONF_ERROR) : NGX_CONF_OK;
}

char* set_replay_zone(ngx_conf_t* cf, ngx_command_t*, void* conf) {
  const ngx_str_t* words = words_of(cf);
  const auto size = read_size(words[2]);
  if (!size) return fault("needs a size, like 16m");
  auto& zones = static_cast<MainConf*>(conf)->zones;
  return add_replay_zone(cf, zones, words[1], *size) == nullptr ? static_cast<char*>(NGX_CONF_ERROR) : NGX_CONF_OK;
}

template <class Zone>
const Zone* find_zone(const std::vector<Zone*>& zones, std::string_view name) {
  for (const Zone* zone : zones) {
    if (zone->name == name) return zone;
  }
  return nullptr;
}

/// "ceiling=30s"
char* set_cache_time(const ngx_str_t& word, LocationConf& conf) {
  for (const auto& [name, member] :
       {std::pair{"ceiling", &LocationConf::ceiling}, {"negative", &LocationConf::negative}}) {
    auto value = value_of(word, name);
    if (!value) continue;
    const ngx_int_t time = ngx_parse_time(&*value, 0);
    if (time == NGX_ERROR) return fault("has a time that is none, like 30s");
    conf.*member = static_cast<ngx_msec_t>(time);
    return NGX_CONF_OK;
  }
  return fault("takes a zone, ceiling=TIME and negative=TIME");
}

char* set_cache(ngx_conf_t* cf, ngx_command_t*, void* conf_data) {
  auto& conf = *static_cast<LocationConf*>(conf_data);
  if (conf.cache != NGX_CONF_UNSET_PTR) return fault("is duplicate");
  const ngx_str_t* words = words_of(cf);
  conf.cache = find_zone(main_conf_of(cf).zones.tokens, to_view(words[1]));
  if (conf.cache == nullptr) return fault("names a zone that no signet_zone before it defines");
  for (ngx_uint_t i = 2; i < cf->args->nelts; ++i) {
    if (char* failed = set_cache_time(words[i], conf); failed != NGX_CONF_OK) return failed;
  }
  return NGX_CONF_OK;
}

char* set_replay(ngx_conf_t* cf, ngx_command_t*, void* conf_data) {
  auto& conf = *static_cast<LocationConf*>(conf_data);
  if (conf.replay_off != NGX_CONF_UNSET) return fault("is duplicate");
  const std::string_view word = to_view(words_of(cf)[1]);
  conf.replay_off = word == "off" ? 1 : 0;
  conf.replay = word == "off" ? nullptr : find_zone(main_conf_of(cf).zones.replays, word);
  const bool is_unknown = conf.replay == nullptr && conf.replay_off == 0;
  return is_unknown ? fault("names a zone that no signet_replay_zone before it defines") : NGX_CONF_OK;
}

char* set_client_auth(ngx_conf_t* cf, ngx_command_t*, void* conf_data) {
  auto& conf = *static_cast<LocationConf*>(conf_data);
  if (conf.client_auth != NGX_CONF_UNSET_UINT) return fault("is duplicate");
  const ngx_str_t* words = words_of(cf);
  const std::string_view method = to_view(words[1]);
  if (method == "tls" && cf->args->nelts == 2) {
    conf.client_auth = static_cast<ngx_uint_t>(gateway::ClientAuth::Tls);
    conf.client_key = nullptr;
    return NGX_CONF_OK;
  }
  if (method != "private_key_jwt" || cf->args->nelts != 3) return fault("takes \"private_key_jwt FILE\" or \"tls\"");
  conf.client_auth = static_cast<ngx_uint_t>(gateway::ClientAuth::PrivateKeyJwt);
  conf.client_key = read_secret(cf, words[2]);
  return conf.client_key == nullptr ? static_cast<char*>(NGX_CONF_ERROR) : NGX_CONF_OK;
}

char* set_dpop_nonce(ngx_conf_t* cf, ngx_command_t*, void* conf_data) {
  auto& conf = *static_cast<LocationConf*>(conf_data);
  if (conf.nonce_group.data != nullptr) return fault("is duplicate");
  const ngx_str_t* words = words_of(cf);
  conf.nonce_key = nullptr;
  if (to_view(words[1]) == "off") {
    conf.nonce_group = literal("");
    return cf->args->nelts == 2 ? NGX_CONF_OK : fault("takes nothing after off");
  }
  conf.nonce_group = words[1];
  if (cf->args->nelts == 2) return NGX_CONF_OK;
  const auto file = value_of(words[2], "key");
  if (!file) return fault("takes the name of a group and key=FILE");
  conf.nonce_key = read_secret(cf, *file);
  return conf.nonce_key == nullptr ? static_cast<char*>(NGX_CONF_ERROR) : NGX_CONF_OK;
}

char* set_client_cert_from(ngx_conf_t* cf, ngx_command_t*, void* conf_data) {
  auto& conf = *static_cast<LocationConf*>(conf_data);
  if (conf.certificate_proxies != NGX_CONF_UNSET_PTR) return fault("is duplicate");
  conf.certificate_proxies = ngx_array_create(cf->pool, cf->args->nelts, sizeof(ngx_cidr_t));
  if (conf.certificate_proxies == nullptr) return static_cast<char*>(NGX_CONF_ERROR);
  for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
    ngx_str_t word = words_of(cf)[i];
    auto* network = static_cast<ngx_cidr_t*>(ngx_array_push(conf.certificate_proxies));
    if (network == nullptr) return static_cast<char*>(NGX_CONF_ERROR);
    *network = {};
    const ngx_int_t parsed = ngx_ptocidr(&word, network);
    if (parsed != NGX_OK) return fault("takes networks, like 10.0.0.0/8, without bits behind the mask");
  }
  return NGX_CONF_OK;
}

template <char* (*Serve)(ngx_conf_t*)>
char* set_handler(ngx_conf_t* cf, ngx_command_t*, void*) {
  return Serve(cf);
}

ngx_conf_bitmask_t accept_words[] = {{literal("dpop"), kAcceptDpop},
                                     {literal("mtls"), kAcceptMtls},
                                     {literal("bearer"), kAcceptBearer},
                                     {ngx_null_string, 0}};
ngx_conf_bitmask_t token_words[] = {
    {literal("opaque"), kTokensOpaque}, {literal("jwt"), kTokensJwt}, {ngx_null_string, 0}};
ngx_conf_bitmask_t forward_words[] = {{literal("phantom"), kForwardPhantom},
                                      {literal("token"), kForwardToken},
                                      {literal("key"), kForwardKey},
                                      {literal("off"), kForwardOff},
                                      {ngx_null_string, 0}};
ngx_conf_enum_t phantom_words[] = {
    {literal("introspection_jwt"), static_cast<ngx_uint_t>(gateway::PhantomForm::IntrospectionJwt)},
    {literal("jwt"), static_cast<ngx_uint_t>(gateway::PhantomForm::AccessTokenJwt)},
    {ngx_null_string, 0}};

using Setter = char* (*)(ngx_conf_t*, ngx_command_t*, void*);

/// A directive of http, server and location.
ngx_command_t inherited(ngx_str_t name, ngx_uint_t arguments, Setter set, std::size_t offset = 0,
                        void* post = nullptr) {
  return {name, kEverywhere | arguments, set, NGX_HTTP_LOC_CONF_OFFSET, offset, post};
}

}  // namespace

#define SIGNET_MEMBER(member) offsetof(LocationConf, member)

// clang-format off
ngx_command_t directives[] = {
    {literal("signet_zone"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE2, set_zone, NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {literal("signet_replay_zone"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE2, set_replay_zone, NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    inherited(literal("signet"), NGX_CONF_FLAG, ngx_conf_set_flag_slot, SIGNET_MEMBER(enabled)),
    inherited(literal("signet_issuer"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, SIGNET_MEMBER(issuer)),
    inherited(literal("signet_audience"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, SIGNET_MEMBER(audience)),
    inherited(literal("signet_public_url"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, SIGNET_MEMBER(public_url)),
    inherited(literal("signet_scopes"), NGX_CONF_1MORE, set_words, SIGNET_MEMBER(scopes)),
    inherited(literal("signet_accept"), NGX_CONF_1MORE, ngx_conf_set_bitmask_slot, SIGNET_MEMBER(accept), accept_words),
    inherited(literal("signet_tokens"), NGX_CONF_1MORE, ngx_conf_set_bitmask_slot, SIGNET_MEMBER(tokens), token_words),
    inherited(literal("signet_introspection"), NGX_CONF_TAKE1, set_location_uri, SIGNET_MEMBER(introspection)),
    inherited(literal("signet_jwks"), NGX_CONF_TAKE1, set_location_uri, SIGNET_MEMBER(jwks)),
    inherited(literal("signet_revocations"), NGX_CONF_TAKE1, set_location_uri, SIGNET_MEMBER(revocations)),
    inherited(literal("signet_client_id"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, SIGNET_MEMBER(client_id)),
    inherited(literal("signet_client_auth"), NGX_CONF_TAKE12, set_client_auth),
    inherited(literal("signet_phantom_token"), NGX_CONF_TAKE1, ngx_conf_set_enum_slot, SIGNET_MEMBER(phantom_form), phantom_words),
    inherited(literal("signet_cache"), NGX_CONF_TAKE123, set_cache),
    inherited(literal("signet_replay"), NGX_CONF_TAKE1, set_replay),
    inherited(literal("signet_dpop_nonce"), NGX_CONF_TAKE12, set_dpop_nonce),
    inherited(literal("signet_dpop_lifetime"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot, SIGNET_MEMBER(dpop_lifetime)),
    inherited(literal("signet_acr_values"), NGX_CONF_1MORE, set_words, SIGNET_MEMBER(acr_values)),
    inherited(literal("signet_max_age"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot, SIGNET_MEMBER(max_age)),
    inherited(literal("signet_client_cert_from"), NGX_CONF_1MORE, set_client_cert_from),
    inherited(literal("signet_forward"), NGX_CONF_1MORE, ngx_conf_set_bitmask_slot, SIGNET_MEMBER(forward), forward_words),
    inherited(literal("signet_realm"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, SIGNET_MEMBER(realm)),
    inherited(literal("signet_interaction_id"), NGX_CONF_FLAG, ngx_conf_set_flag_slot, SIGNET_MEMBER(interaction_id)),
    {literal("signet_metadata"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_handler<serve_metadata>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {literal("signet_status"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_handler<serve_status>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    ngx_null_command};
// clang-format on

#undef SIGNET_MEMBER

}  // namespace signet::nginx
