// The directives: their names, places and words. docs/gateway.md says what each means.
#include <algorithm>
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

/// The secret in a file whose name starts at nginx's configuration folder; null when it cannot be read or is empty.
const SecretText* read_secret(ngx_conf_t* cf, ngx_str_t file) {
  if (ngx_conf_full_name(cf->cycle, &file, 1) != NGX_OK) return nullptr;
  std::ifstream in(std::string(to_view(file)), std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  if (!in || out.view().empty()) return nullptr;
  return make_in_pool<SecretText>(cf->pool, std::move(out).str());
}

struct Choice {
  std::string_view word;
  ngx_uint_t bit;
  ngx_uint_t excludes = 0;  ///< bits that cannot stand beside it
};

/// A subset of words, each of them once. Null when it is one.
const char* add_choice(ngx_uint_t& chosen, std::string_view word, const Choice* choices) {
  for (const Choice* choice = choices; !choice->word.empty(); ++choice) {
    if (choice->word != word) continue;
    if ((chosen & choice->bit) != 0) return "has a word twice";
    if ((chosen & choice->excludes) != 0) return "has words that exclude each other";
    chosen |= choice->bit;
    return nullptr;
  }
  return "has a word that it does not know";
}

/// All words after the first. Null when memory ran out.
ngx_array_t* read_words(ngx_conf_t* cf) {
  ngx_array_t* list = ngx_array_create(cf->pool, cf->args->nelts, sizeof(ngx_str_t));
  for (ngx_uint_t i = 1; list != nullptr && i < cf->args->nelts; ++i) {
    auto* place = static_cast<ngx_str_t*>(ngx_array_push(list));
    if (place == nullptr) return nullptr;
    *place = words_of(cf)[i];
  }
  return list;
}

/// Words of any kind, each of them once; the one word "off" is an empty list.
char* set_words(ngx_conf_t* cf, ngx_command_t* command, void* conf) {
  auto& list = *reinterpret_cast<ngx_array_t**>(static_cast<char*>(conf) + command->offset);
  if (list != NGX_CONF_UNSET_PTR) return fault("is duplicate");
  std::vector<std::string_view> seen;
  for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
    const std::string_view word = to_view(words_of(cf)[i]);
    if (word == "off" && cf->args->nelts > 2) return fault("takes nothing beside off");
    if (std::ranges::find(seen, word) != seen.end()) return fault("has a word twice");
    seen.push_back(word);
  }
  list = read_words(cf);
  if (list == nullptr) return static_cast<char*>(NGX_CONF_ERROR);
  if (seen.front() == "off") list->nelts = 0;
  return NGX_CONF_OK;
}

char* set_choice(ngx_conf_t* cf, ngx_command_t* command, void* conf) {
  auto& chosen = *reinterpret_cast<ngx_uint_t*>(static_cast<char*>(conf) + command->offset);
  if (chosen != 0) return fault("is duplicate");
  for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
    const char* failed = add_choice(chosen, to_view(words_of(cf)[i]), static_cast<const Choice*>(command->post));
    if (failed != nullptr) return fault(failed);
  }
  return NGX_CONF_OK;
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

/// The zone that the first word names, or null with a message.
template <class Zone>
const Zone* find_zone(ngx_conf_t* cf, const std::vector<Zone*>& zones) {
  const ngx_str_t* words = words_of(cf);
  for (const Zone* zone : zones) {
    if (zone->name == to_view(words[1])) return zone;
  }
  ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" names the zone \"%V\", which nothing before it defines", &words[0],
                     &words[1]);
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
  conf.cache = find_zone(cf, main_conf_of(cf).zones.tokens);
  if (conf.cache == nullptr) return static_cast<char*>(NGX_CONF_ERROR);
  for (ngx_uint_t i = 2; i < cf->args->nelts; ++i) {
    if (char* failed = set_cache_time(words_of(cf)[i], conf); failed != NGX_CONF_OK) return failed;
  }
  return NGX_CONF_OK;
}

char* set_replay(ngx_conf_t* cf, ngx_command_t*, void* conf_data) {
  auto& conf = *static_cast<LocationConf*>(conf_data);
  if (conf.replay_off != NGX_CONF_UNSET) return fault("is duplicate");
  const bool is_off = to_view(words_of(cf)[1]) == "off";
  conf.replay_off = is_off ? 1 : 0;
  conf.replay = is_off ? nullptr : find_zone(cf, main_conf_of(cf).zones.replays);
  return conf.replay == nullptr && !is_off ? static_cast<char*>(NGX_CONF_ERROR) : NGX_CONF_OK;
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
  return conf.client_key == nullptr ? fault("names a file that cannot be read or is empty") : NGX_CONF_OK;
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
  return conf.nonce_key == nullptr ? fault("names a file that cannot be read or is empty") : NGX_CONF_OK;
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

char* set_metadata(ngx_conf_t* cf, ngx_command_t*, void* conf_data) {
  static_cast<LocationConf*>(conf_data)->metadata = true;
  return serve_metadata(cf);
}

char* set_status(ngx_conf_t* cf, ngx_command_t*, void*) {
  return serve_status(cf);
}

Choice accept_words[] = {{"dpop", kAcceptDpop}, {"mtls", kAcceptMtls}, {"bearer", kAcceptBearer}, {}};
Choice token_words[] = {{"opaque", kTokensOpaque}, {"jwt", kTokensJwt}, {}};
Choice forward_words[] = {{"phantom", kForwardPhantom, kForwardToken | kForwardOff},
                          {"token", kForwardToken, kForwardPhantom | kForwardOff},
                          {"key", kForwardKey, kForwardOff},
                          {"off", kForwardOff, kForwardPhantom | kForwardToken | kForwardKey},
                          {}};
Choice phantom_words[] = {{"introspection_jwt", kPhantomIntrospectionJwt}, {"jwt", kPhantomJwt}, {}};

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
    inherited(literal("signet_accept"), NGX_CONF_1MORE, set_choice, SIGNET_MEMBER(accept), accept_words),
    inherited(literal("signet_tokens"), NGX_CONF_1MORE, set_choice, SIGNET_MEMBER(tokens), token_words),
    inherited(literal("signet_introspection"), NGX_CONF_TAKE1, set_location_uri, SIGNET_MEMBER(introspection)),
    inherited(literal("signet_jwks"), NGX_CONF_TAKE1, set_location_uri, SIGNET_MEMBER(jwks)),
    inherited(literal("signet_revocations"), NGX_CONF_TAKE1, set_location_uri, SIGNET_MEMBER(revocations)),
    inherited(literal("signet_client_id"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, SIGNET_MEMBER(client_id)),
    inherited(literal("signet_client_auth"), NGX_CONF_TAKE12, set_client_auth),
    inherited(literal("signet_phantom_token"), NGX_CONF_TAKE1, set_choice, SIGNET_MEMBER(phantom_form), phantom_words),
    inherited(literal("signet_cache"), NGX_CONF_TAKE123, set_cache),
    inherited(literal("signet_replay"), NGX_CONF_TAKE1, set_replay),
    inherited(literal("signet_dpop_nonce"), NGX_CONF_TAKE12, set_dpop_nonce),
    inherited(literal("signet_dpop_lifetime"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot, SIGNET_MEMBER(dpop_lifetime)),
    inherited(literal("signet_acr_values"), NGX_CONF_1MORE, set_words, SIGNET_MEMBER(acr_values)),
    inherited(literal("signet_max_age"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot, SIGNET_MEMBER(max_age)),
    inherited(literal("signet_client_cert_from"), NGX_CONF_1MORE, set_client_cert_from),
    inherited(literal("signet_forward"), NGX_CONF_1MORE, set_choice, SIGNET_MEMBER(forward), forward_words),
    inherited(literal("signet_realm"), NGX_CONF_TAKE1, ngx_conf_set_str_slot, SIGNET_MEMBER(realm)),
    inherited(literal("signet_interaction_id"), NGX_CONF_FLAG, ngx_conf_set_flag_slot, SIGNET_MEMBER(interaction_id)),
    {literal("signet_metadata"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_metadata, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {literal("signet_status"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_status, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    ngx_null_command};
// clang-format on

#undef SIGNET_MEMBER

}  // namespace signet::nginx
