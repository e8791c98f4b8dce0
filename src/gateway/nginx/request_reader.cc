#include "gateway/nginx/request_reader.h"

#include "base/text.h"
#include "http/byte_sequence.h"
#include "http/message.h"
#include "oauth/bearer_rfc6750.h"
#include "verify/forwarding.h"

namespace signet::nginx {
namespace {

Bytes certificate_of_connection(const ngx_connection_t* connection) {
  if (connection->ssl == nullptr) return {};
  X509* certificate = SSL_get_peer_certificate(connection->ssl->connection);
  if (certificate == nullptr) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  X509_free(certificate);
  if (size <= 0) return {};
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

bool is_in(const Networks& networks, sockaddr* address) {
  // ngx_cidr_match does not change what it is given
  return ngx_cidr_match(address, const_cast<ngx_array_t*>(&networks)) == NGX_OK;  // NOLINT
}

/// Did the connection come from a configured proxy? The realip module may have replaced the address of the connection
/// by one that somebody wrote into a field, so its variable with the true one is asked first.
bool is_from_proxy(ngx_http_request_t* request, const Networks& networks) {
  ngx_str_t name = literal("realip_remote_addr");
  const ngx_http_variable_value_t* value = ngx_http_get_variable(request, &name, ngx_hash_key(name.data, name.len));
  if (value == nullptr || value->not_found || value->len == 0) return is_in(networks, request->connection->sockaddr);
  const std::string_view text(reinterpret_cast<const char*>(value->data), value->len);
  if (text.starts_with("unix:")) return is_in(networks, request->connection->sockaddr);
  ngx_addr_t address;
  if (ngx_parse_addr(request->pool, &address, value->data, value->len) != NGX_OK) return false;
  return is_in(networks, address.sockaddr);
}

/// The body in memory; a large one that nginx put into a file is read back.
std::string read_body(ngx_http_request_t* request) {
  std::string body;
  if (request->request_body == nullptr) return body;
  for (ngx_chain_t* link = request->request_body->bufs; link != nullptr; link = link->next) {
    ngx_buf_t* buffer = link->buf;
    if (!buffer->in_file) {
      body.append(reinterpret_cast<const char*>(buffer->pos), static_cast<std::size_t>(buffer->last - buffer->pos));
      continue;
    }
    const auto size = static_cast<std::size_t>(buffer->file_last - buffer->file_pos);
    const std::size_t before = body.size();
    body.resize(before + size);
    const ssize_t read =
        ngx_read_file(buffer->file, reinterpret_cast<u_char*>(body.data()) + before, size, buffer->file_pos);
    if (read < 0 || static_cast<std::size_t>(read) != size) return "access_token=unreadable";  // never "no token"
  }
  return body;
}

}  // namespace

RequestFields read_fields(const ngx_http_request_t* request) {
  RequestFields fields;
  for (const ngx_list_part_t* part = &request->headers_in.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      const std::string_view name = to_view(headers[i].key);
      const std::string_view value = to_view(headers[i].value);
      if (equals_ignoring_ascii_case(name, "Authorization")) fields.authorization.push_back(value);
      if (equals_ignoring_ascii_case(name, "DPoP")) fields.dpop.push_back(value);
      if (equals_ignoring_ascii_case(name, verify::kClientCertField)) fields.client_cert.push_back(value);
      if (equals_ignoring_ascii_case(name, verify::kInteractionIdField)) fields.interaction_id.push_back(value);
    }
  }
  return fields;
}

Result<Bytes> find_client_certificate(ngx_http_request_t* request, const NginxLocation& location,
                                      const RequestFields& fields) {
  const bool is_proxied =
      location.certificate_proxies != nullptr && is_from_proxy(request, *location.certificate_proxies);
  if (!is_proxied) return certificate_of_connection(request->connection);
  if (fields.client_cert.empty()) return Bytes();  // the proxy's own certificate is not its client's
  if (fields.client_cert.size() > 1) return fail(ErrorCode::InvalidRequest, "Client-Cert stands more than once.");
  auto certificate = http::parse_byte_sequence(fields.client_cert.front());
  if (!certificate) return fail_as(certificate.error(), ErrorCode::InvalidRequest, "Client-Cert is malformed.");
  return certificate;
}

std::string public_url_of(const ngx_http_request_t* request, const NginxLocation& location) {
  const std::string_view target = to_view(request->unparsed_uri);
  return location.rules.public_origin + std::string(target.substr(0, target.find('?')));
}

bool has_token_in_query(const ngx_http_request_t* request) {
  const std::string_view target = to_view(request->unparsed_uri);
  const auto question = target.find('?');
  return question != std::string_view::npos && oauth::has_token_parameter(target.substr(question + 1));
}

bool has_form_body(const ngx_http_request_t* request) {
  const bool has_body = request->headers_in.content_length_n > 0 || request->headers_in.chunked;
  if (!has_body || request->headers_in.content_type == nullptr) return false;
  return http::media_type(to_view(request->headers_in.content_type->value)) == "application/x-www-form-urlencoded";
}

bool has_token_in_form(ngx_http_request_t* request) {
  return oauth::has_token_parameter(read_body(request));
}

}  // namespace signet::nginx
