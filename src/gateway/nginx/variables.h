#pragma once
// $signet_… for log_format, map and proxy_set_header.

#include "gateway/nginx/ngx.h"

namespace signet::nginx {

[[nodiscard]] ngx_int_t add_variables(ngx_conf_t* cf);

}  // namespace signet::nginx
