#include "gateway/nginx/variables.h"

#include <fmt/format.h>

#include "gateway/nginx/access.h"

namespace signet::nginx {
namespace {

std::string introspection_time(const Access& access) {
  const auto time = access.introspection_milliseconds();
  return time ? fmt::format("{}.{:03}", *time / 1000, *time % 1000) : std::string();
}

struct Variable {
  ngx_str_t name;
  std::string (*read)(const Access&);
};

Variable variables[] = {
    {literal("signet_result"), [](const Access& access) { return std::string(access.result()); }},
    {literal("signet_reason"), [](const Access& access) { return std::string(access.reason()); }},
    {literal("signet_cache"), [](const Access& access) { return std::string(access.source()); }},
    {literal("signet_introspection_time"), introspection_time},
    {literal("signet_scheme"), [](const Access& access) { return std::string(access.scheme()); }},
    {literal("signet_client_id"), [](const Access& access) { return access.token().client_id; }},
    {literal("signet_sub"), [](const Access& access) { return access.token().sub; }},
    {literal("signet_interaction_id"), [](const Access& access) { return access.interaction_id(); }},
};

ngx_int_t get_variable(ngx_http_request_t* request, ngx_http_variable_value_t* value, uintptr_t index) {
  const Access* access = find_access(request);
  const std::string text = access == nullptr ? std::string() : variables[index].read(*access);
  value->not_found = text.empty() ? 1 : 0;
  if (text.empty()) return NGX_OK;
  const ngx_str_t copy = to_ngx(request->pool, text);
  if (copy.data == nullptr) return NGX_ERROR;
  value->valid = 1;
  value->no_cacheable = 0;
  value->data = copy.data;
  value->len = static_cast<unsigned>(copy.len);
  return NGX_OK;
}

}  // namespace

ngx_int_t add_variables(ngx_conf_t* cf) {
  for (std::size_t index = 0; index < std::size(variables); ++index) {
    // Not kept by nginx: they change while the request is decided
    ngx_http_variable_t* added = ngx_http_add_variable(cf, &variables[index].name, NGX_HTTP_VAR_NOCACHEABLE);
    if (added == nullptr) return NGX_ERROR;
    added->get_handler = get_variable;
    added->data = index;
  }
  return NGX_OK;
}

}  // namespace signet::nginx
