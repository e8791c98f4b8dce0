#pragma once
// The directives' values as nginx keeps and merges them, and what is made of them.

#include <memory>
#include <vector>

#include "gateway/nginx/location.h"

namespace signet::nginx {

/// Bits of directives that take some of several words; 0 is unset.
inline constexpr ngx_uint_t kAcceptDpop = 2;
inline constexpr ngx_uint_t kAcceptMtls = 4;
inline constexpr ngx_uint_t kAcceptBearer = 8;
inline constexpr ngx_uint_t kTokensOpaque = 2;
inline constexpr ngx_uint_t kTokensJwt = 4;
inline constexpr ngx_uint_t kForwardPhantom = 2;
inline constexpr ngx_uint_t kForwardToken = 4;
inline constexpr ngx_uint_t kForwardKey = 8;
inline constexpr ngx_uint_t kForwardOff = 16;

inline constexpr ngx_uint_t kPhantomIntrospectionJwt = 2;
inline constexpr ngx_uint_t kPhantomJwt = 4;

inline constexpr std::size_t kDpopSenders = 1024;

/// Of http {}.
struct MainConf {
  oauth::DpopSenders dpop_senders{kDpopSenders};  ///< each worker comes to have its own
  Zones zones;
  std::vector<std::unique_ptr<Authority>> authorities;
  std::vector<std::unique_ptr<NginxLocation>> locations;  ///< those with `signet on`
};

/// Of http {}, server {} and location {}, inherited in this order. Unset values are nginx's.
struct LocationConf {
  ngx_flag_t enabled;
  ngx_str_t issuer;
  ngx_str_t audience;
  ngx_str_t public_url;
  ngx_array_t* scopes;  ///< of ngx_str_t; empty: "off"
  ngx_uint_t accept;
  ngx_uint_t tokens;
  ngx_str_t introspection;
  ngx_str_t jwks;
  ngx_str_t revocations;
  ngx_str_t client_id;
  ngx_uint_t client_auth;
  const SecretText* client_key;
  ngx_uint_t phantom_form;
  const TokenZone* cache;
  ngx_msec_t ceiling;
  ngx_msec_t negative;
  const ReplayZone* replay;
  ngx_flag_t replay_off;
  ngx_str_t nonce_group;
  const SecretText* nonce_key;
  ngx_msec_t dpop_lifetime;
  ngx_array_t* acr_values;
  ngx_msec_t max_age;
  ngx_array_t* certificate_proxies;
  ngx_uint_t forward;
  ngx_str_t realm;
  ngx_flag_t interaction_id;
  bool metadata;            ///< `signet_metadata` stands here; not inherited
  NginxLocation* location;  ///< made by the merge; null: not protected
};

extern ngx_command_t directives[];

void* create_main_conf(ngx_conf_t* cf);
void* create_location_conf(ngx_conf_t* cf);
char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child);

[[nodiscard]] MainConf& main_conf_of(ngx_conf_t* cf);
/// The configuration of a running cycle; null when it has no http {}.
[[nodiscard]] MainConf* main_conf_of(ngx_cycle_t* cycle);
/// The rules for this request; null where it is not protected.
[[nodiscard]] NginxLocation* find_location(const ngx_http_request_t* request);

/// After the shared memory is there: feeds get their places. Once for each configuration.
[[nodiscard]] ngx_int_t prepare_feeds(ngx_cycle_t* cycle, MainConf& conf);
/// In each worker.
[[nodiscard]] ngx_int_t prepare_nonces(ngx_cycle_t* cycle, MainConf& conf);

}  // namespace signet::nginx
