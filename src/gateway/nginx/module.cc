// The module as nginx sees it.
#include "gateway/nginx/access.h"
#include "gateway/nginx/configuration.h"
#include "gateway/nginx/respond.h"
#include "gateway/nginx/subrequest.h"
#include "gateway/nginx/variables.h"

namespace signet::nginx {
namespace {

bool add_handler(ngx_conf_t* cf, ngx_http_phases phase, ngx_http_handler_pt handler) {
  auto* core = static_cast<ngx_http_core_main_conf_t*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
  auto* place = static_cast<ngx_http_handler_pt*>(ngx_array_push(&core->phases[phase].handlers));
  if (place != nullptr) *place = handler;
  return place != nullptr;
}

ngx_int_t install(ngx_conf_t* cf) {
  if (!add_handler(cf, NGX_HTTP_ACCESS_PHASE, on_access)) return NGX_ERROR;
  // nginx has no access phase for subrequests
  if (!add_handler(cf, NGX_HTTP_PREACCESS_PHASE, on_subrequest)) return NGX_ERROR;
  install_answer_filters();
  install_response_filter();
  return NGX_OK;
}

ngx_int_t on_new_cycle(ngx_cycle_t* cycle) {
  MainConf* conf = main_conf_of(cycle);
  return conf == nullptr ? NGX_OK : prepare_feeds(cycle, *conf);
}

ngx_int_t on_new_worker(ngx_cycle_t* cycle) {
  MainConf* conf = main_conf_of(cycle);
  return conf == nullptr ? NGX_OK : prepare_nonces(cycle, *conf);
}

ngx_http_module_t context = {add_variables, install, create_main_conf,     nullptr,
                             nullptr,       nullptr, create_location_conf, merge_location_conf};

}  // namespace
}  // namespace signet::nginx

extern "C" {

ngx_module_t ngx_http_signet_module = {NGX_MODULE_V1,
                                       &signet::nginx::context,
                                       signet::nginx::directives,
                                       NGX_HTTP_MODULE,
                                       nullptr,
                                       signet::nginx::on_new_cycle,
                                       signet::nginx::on_new_worker,
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       NGX_MODULE_V1_PADDING};

// What nginx looks for in the file. The order puts our filters behind the one that reads files into memory.
[[gnu::visibility("default")]] ngx_module_t* ngx_modules[] = {&ngx_http_signet_module, nullptr};
// clang-format off
[[gnu::visibility("default")]] char* ngx_module_names[] = {const_cast<char*>("ngx_http_signet_module"), nullptr};  // NOLINT
[[gnu::visibility("default")]] char* ngx_module_order[] = {const_cast<char*>("ngx_http_signet_module"),            // NOLINT
                                                           const_cast<char*>("ngx_http_copy_filter_module"), nullptr};
// clang-format on
}
