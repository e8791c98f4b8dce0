#include "gateway/nginx/ngx.h"

namespace signet::nginx {

void log_event(ngx_uint_t level, const ngx_http_request_t* request, std::string_view text) {
  ngx_log_t log = *request->connection->log;
  log.handler = nullptr;
  log.action = nullptr;
  ngx_str_t line{text.size(), reinterpret_cast<u_char*>(const_cast<char*>(text.data()))};  // NOLINT: it is only read
  ngx_str_t client = request->connection->addr_text;
  ngx_log_error(level, &log, 0, "signet: %V, client: %V", &line, &client);
}

}  // namespace signet::nginx
