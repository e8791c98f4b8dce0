#pragma once
// What a request brings: credentials, proof, certificate, interaction id.

#include "gateway/nginx/location.h"

namespace signet::nginx {

/// The fields that matter, read in one pass. Views live as long as the request.
struct RequestFields {
  std::vector<std::string_view> authorization;
  std::vector<std::string_view> dpop;
  std::vector<std::string_view> client_cert;
  std::vector<std::string_view> interaction_id;
};
[[nodiscard]] RequestFields read_fields(const ngx_http_request_t* request);

/// DER of the client's certificate: of this TLS connection, or what a trusted proxy says of its own. Empty without one.
/// Fails: InvalidRequest (a trusted proxy's Client-Cert is malformed or stands twice)
[[nodiscard]] Result<Bytes> find_client_certificate(ngx_http_request_t* request, const NginxLocation& location,
                                                    const RequestFields& fields);

/// The URL the client meant, for `htu`: the configured origin and the path as it was sent.
[[nodiscard]] std::string public_url_of(const ngx_http_request_t* request, const NginxLocation& location);

[[nodiscard]] bool has_token_in_query(const ngx_http_request_t* request);
/// Must the body be read to know whether it holds a token?
[[nodiscard]] bool has_form_body(const ngx_http_request_t* request);
/// Needs: the body has been read.
[[nodiscard]] bool has_token_in_form(ngx_http_request_t* request);

}  // namespace signet::nginx
