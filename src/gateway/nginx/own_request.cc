#include "gateway/nginx/own_request.h"

#include <sys/eventfd.h>

namespace signet::nginx {
namespace {

constexpr std::size_t kPoolBytes = 1024;

sockaddr& unix_address() {
  static sockaddr address{.sa_family = AF_UNIX, .sa_data = {}};
  return address;
}

void on_event(ngx_event_t* event) {
  auto* connection = static_cast<ngx_connection_t*>(event->data);
  auto* request = static_cast<ngx_http_request_t*>(connection->data);
  ngx_http_set_log_request(connection->log, request);
  if (event->write) {
    request->write_event_handler(request);
  } else {
    request->read_event_handler(request);
  }
  ngx_http_run_posted_requests(connection);
}

/// nginx takes this log along with the connection and finds the request in it.
ngx_log_t* make_log(ngx_connection_t* connection, ngx_log_handler_pt describe) {
  auto* log = static_cast<ngx_log_t*>(ngx_palloc(connection->pool, sizeof(ngx_log_t)));
  auto* context = static_cast<ngx_http_log_ctx_t*>(ngx_pcalloc(connection->pool, sizeof(ngx_http_log_ctx_t)));
  if (log == nullptr || context == nullptr) return nullptr;
  *log = *ngx_cycle->log;
  context->connection = connection;
  log->connection = connection->number;
  log->handler = describe;
  log->data = context;
  log->action = nullptr;
  return log;
}

/// Gives the connection what an accepted one has. Nothing is ever read from it or written to it.
bool equip(ngx_connection_t* connection, const RequestOrigin& origin) {
  connection->pool = ngx_create_pool(kPoolBytes, ngx_cycle->log);
  if (connection->pool == nullptr) return false;
  connection->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
  connection->start_time = ngx_current_msec;
  connection->sockaddr = connection->local_sockaddr = &unix_address();
  connection->socklen = connection->local_socklen = sizeof(sockaddr);
  connection->addr_text = literal("unix:");
  connection->tcp_nodelay = NGX_TCP_NODELAY_DISABLED;
  connection->tcp_nopush = NGX_TCP_NOPUSH_DISABLED;
  connection->buffer = ngx_create_temp_buf(connection->pool, 1);
  connection->log = make_log(connection, origin.describe);
  auto* state = static_cast<ngx_http_connection_t*>(ngx_pcalloc(connection->pool, sizeof(ngx_http_connection_t)));
  if (connection->buffer == nullptr || connection->log == nullptr || state == nullptr) return false;
  state->addr_conf = origin.address;
  state->conf_ctx = origin.server;
  connection->data = state;
  connection->pool->log = connection->read->log = connection->write->log = connection->log;
  connection->read->handler = connection->write->handler = on_event;
  connection->read->eof = 1;  // so that nginx closes it at once and does not linger
  connection->write->ready = 1;
  return true;
}

void discard(ngx_connection_t* connection) {
  ngx_pool_t* pool = connection->pool;
  ngx_close_connection(connection);
  if (pool != nullptr) ngx_destroy_pool(pool);
}

/// nginx wants a descriptor that it can watch: a counter that nobody raises, always ready to be written to.
ngx_connection_t* open_connection(const RequestOrigin& origin) {
  const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor == -1) return nullptr;
  ngx_connection_t* connection = ngx_get_connection(descriptor, ngx_cycle->log);
  if (connection == nullptr) {
    ::close(descriptor);
    return nullptr;
  }
  if (equip(connection, origin)) return connection;
  discard(connection);
  return nullptr;
}

bool fill_in(ngx_http_request_t* own) {
  const auto* server =
      static_cast<const ngx_http_core_srv_conf_t*>(ngx_http_get_module_srv_conf(own, ngx_http_core_module));
  own->method = NGX_HTTP_GET;
  own->method_name = literal("GET");
  own->http_version = NGX_HTTP_VERSION_11;
  own->http_protocol = literal("HTTP/1.1");
  own->uri = own->unparsed_uri = literal("/");
  own->headers_in.server = server->server_name;
  own->http_state = NGX_HTTP_PROCESS_REQUEST_STATE;
  own->valid_location = 1;
  own->logged = 1;  // the access log is about clients
  own->write_event_handler = ngx_http_request_empty_handler;
  return ngx_list_init(&own->headers_in.headers, own->pool, 1, sizeof(ngx_table_elt_t)) == NGX_OK;
}

}  // namespace

RequestOrigin origin_of(const ngx_http_request_t* request) {
  const auto* server =
      static_cast<const ngx_http_core_srv_conf_t*>(ngx_http_get_module_srv_conf(request, ngx_http_core_module));
  return {.server = server->ctx,
          .address = request->http_connection->addr_conf,
          .describe = request->connection->log->handler};
}

ngx_http_request_t* begin_own_request(const RequestOrigin& origin) {
  ngx_connection_t* connection = open_connection(origin);
  if (connection == nullptr) return nullptr;
  ngx_http_request_t* own = ngx_http_create_request(connection);
  if (own == nullptr) {
    discard(connection);
    return nullptr;
  }
  connection->data = own;
#if (NGX_STAT_STUB)
  (void)ngx_atomic_fetch_add(ngx_stat_active, 1);  // taken back where nginx closes it
#endif
  if (fill_in(own)) return own;
  release_own_request(own);
  return nullptr;
}

void release_own_request(ngx_http_request_t* own) {
  ngx_connection_t* connection = own->connection;
  ngx_http_finalize_request(own, NGX_DONE);
  ngx_http_run_posted_requests(connection);
}

}  // namespace signet::nginx
