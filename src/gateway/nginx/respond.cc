#include "gateway/nginx/respond.h"

#include "base/text.h"
#include "gateway/nginx/access.h"
#include "verify/forwarding.h"

namespace signet::nginx {
namespace {

ngx_http_output_header_filter_pt next_header_filter;

bool add_response_field(ngx_http_request_t* request, std::string_view name, std::string_view value) {
  auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&request->headers_out.headers));
  if (header == nullptr) return false;
  *header = {};
  header->hash = 1;
  header->key = to_ngx(request->pool, name);
  header->value = to_ngx(request->pool, value);
  return header->key.data != nullptr && header->value.data != nullptr;
}

/// Takes what the API answered under this name away, so that the gateway speaks for itself.
void remove_response_field(ngx_http_request_t* request, std::string_view name) {
  for (ngx_list_part_t* part = &request->headers_out.headers.part; part != nullptr; part = part->next) {
    auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (equals_ignoring_ascii_case(to_view(headers[i].key), name)) headers[i].hash = 0;
    }
  }
}

ngx_int_t filter_header(ngx_http_request_t* request) {
  const Access* access = request == request->main ? find_access(request) : nullptr;
  if (access == nullptr) return next_header_filter(request);
  if (!access->interaction_id().empty()) {
    remove_response_field(request, verify::kInteractionIdField);
    if (!add_response_field(request, verify::kInteractionIdField, access->interaction_id())) return NGX_ERROR;
  }
  // RFC9449-8.2: the next nonce comes with a good answer, so that the client need not be refused first
  const auto& nonce = access->token().new_dpop_nonce;
  if (access->is_allowed() && nonce && !add_response_field(request, "DPoP-Nonce", *nonce)) return NGX_ERROR;
  return next_header_filter(request);
}

}  // namespace

ngx_int_t send(ngx_http_request_t* request, const http::Response& response) {
  ngx_str_t type = literal("application/json");
  for (const auto& field : response.fields.list()) {
    if (equals_ignoring_ascii_case(field.name, "Content-Type")) {
      type = to_ngx(request->pool, field.value);
    } else if (!add_response_field(request, field.name, field.value)) {
      return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
  }
  ngx_http_complex_value_t body{};
  body.value = to_ngx(request->pool, response.body);
  if (type.data == nullptr || body.value.data == nullptr) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  return ngx_http_send_response(request, static_cast<ngx_uint_t>(response.status), &type, &body);
}

ngx_int_t respond(ngx_http_request_t* request, const http::Response& response) {
  request->err_status = 0;  // of an error_page that led here: the refusal's own status counts
  if (request->headers_in.expect != nullptr && request->expect_tested == 0) {
    // RFC9110-10.1.1: a client that waits for 100 is not told to go on; whether it sends its body now is not known
    request->expect_tested = 1;
    request->keepalive = 0;
  }
  ngx_http_finalize_request(request, send(request, response));
  return NGX_DONE;
}

void install_response_filter() {
  next_header_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = filter_header;
}

}  // namespace signet::nginx
