#pragma once
// Two small pages: the counters, and the metadata of the protected resource.

#include "gateway/nginx/ngx.h"

namespace signet::nginx {

/// Makes the location that is being read serve the counters of all zones, for Prometheus.
char* serve_status(ngx_conf_t* cf);
/// Makes it serve what its inherited directives say of the resource. Spec: RFC9728-3
char* serve_metadata(ngx_conf_t* cf);

}  // namespace signet::nginx
