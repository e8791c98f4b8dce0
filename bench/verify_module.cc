// An nginx module that verifies one ES256 signature for each request and decides nothing: `bench_verify on;`. What
// nginx and the cryptography cost together in one worker, beside which the gateway's own module is measured.
#include <array>
#include <cstddef>

#include "signatures.h"

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

extern ngx_module_t ngx_http_bench_verify_module;
}

namespace {

struct Location {
  ngx_flag_t on = NGX_CONF_UNSET;
};

signet::bench::Signatures* signatures = nullptr;  ///< of this worker, until it ends

ngx_int_t on_access(ngx_http_request_t* request) {
  const auto* location = static_cast<Location*>(ngx_http_get_module_loc_conf(request, ngx_http_bench_verify_module));
  if (location->on != 1) return NGX_DECLINED;
  signatures->verify();
  return NGX_OK;
}

void* create_location(ngx_conf_t* cf) {
  void* const place = ngx_palloc(cf->pool, sizeof(Location));
  return place == nullptr ? nullptr : new (place) Location();
}

char* merge_location(ngx_conf_t* /*cf*/, void* outer, void* inner) {
  ngx_conf_merge_value(static_cast<Location*>(inner)->on, static_cast<Location*>(outer)->on, 0);
  return NGX_CONF_OK;
}

ngx_int_t install(ngx_conf_t* cf) {
  auto* core = static_cast<ngx_http_core_main_conf_t*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
  auto* place = static_cast<ngx_http_handler_pt*>(ngx_array_push(&core->phases[NGX_HTTP_ACCESS_PHASE].handlers));
  if (place == nullptr) return NGX_ERROR;
  *place = on_access;
  return NGX_OK;
}

ngx_int_t on_new_worker(ngx_cycle_t* /*cycle*/) {
  signatures = new signet::bench::Signatures();
  signatures->sign();
  return NGX_OK;
}

std::array<ngx_command_t, 2> directives{
    ngx_command_t{ngx_string("bench_verify"), NGX_HTTP_LOC_CONF | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
                  NGX_HTTP_LOC_CONF_OFFSET, offsetof(Location, on), nullptr},
    ngx_null_command};

ngx_http_module_t context = {nullptr, install, nullptr, nullptr, nullptr, nullptr, create_location, merge_location};

}  // namespace

extern "C" {

ngx_module_t ngx_http_bench_verify_module = {NGX_MODULE_V1, &context, directives.data(), NGX_HTTP_MODULE,
                                             nullptr,       nullptr,  on_new_worker,     nullptr,
                                             nullptr,       nullptr,  nullptr,           NGX_MODULE_V1_PADDING};

ngx_module_t* ngx_modules[] = {&ngx_http_bench_verify_module, nullptr};
// clang-format off
char* ngx_module_names[] = {const_cast<char*>("ngx_http_bench_verify_module"), nullptr};  // NOLINT
char* ngx_module_order[] = {nullptr};
// clang-format on
}
