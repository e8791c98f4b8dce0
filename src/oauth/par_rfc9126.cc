#include "oauth/par_rfc9126.h"

#include "base/bytes.h"
#include "base/json.h"
#include "oauth/claims.h"
#include "oauth/core_rfc6749.h"

namespace signet::oauth {

std::string make_request_uri(std::string_view token) {
  return std::string(kRequestUriPrefix) + std::string(token);
}

Result<std::string> parse_request_uri(std::string_view request_uri) {
  // RFC9101-10.5: anything but our own URN would have to be fetched, which is an attack surface we do not have
  if (!request_uri.starts_with(kRequestUriPrefix)) {
    return fail(ErrorCode::InvalidRequestUri,
                "The parameter request_uri must come from a pushed authorization request.");
  }
  const auto token = request_uri.substr(kRequestUriPrefix.size());
  const auto bytes = decode_base64url(token);
  if (!bytes || bytes->size() != 32)
    return fail(ErrorCode::InvalidRequestUri, "The parameter request_uri is not one of ours.");
  return std::string(token);
}

Result<void> check_pushed_parameters(const http::Form& form) {
  if (form.find("request_uri")) {  // RFC9126-2.1 step 2
    return fail(ErrorCode::InvalidRequest, "The parameter request_uri must not be pushed.");
  }
  return {};
}

Result<std::optional<FrontChannelRequest>> parse_front_channel_request(const http::Form& query) {
  const auto request_uri = query.find("request_uri");
  if (!request_uri) return std::optional<FrontChannelRequest>();
  // Copies of the pushed parameters may stand beside it in any number and are ignored (RFC9126-4, RFC9101-6.3)
  if (query.all("request_uri").size() > 1 || query.all("client_id").size() > 1) {
    return fail(ErrorCode::InvalidRequest, "The parameters client_id and request_uri must stand once.");
  }
  const auto client_id = query.find("client_id");
  if (!client_id || !is_client_id(*client_id))
    return fail(ErrorCode::InvalidRequest, "The parameter client_id is missing.");
  TRY_ASSIGN(std::string token, parse_request_uri(*request_uri));
  return std::optional(FrontChannelRequest{std::string(*client_id), std::move(token)});
}

std::string render_pushed_response(const PushedResponse& response) {
  JsonWriter writer;
  writer.text("request_uri", response.request_uri);
  writer.number("expires_in", std::chrono::floor<seconds>(response.expires_in).count());
  return std::move(writer).take();
}

Result<PushedResponse> parse_pushed_response(std::string_view body) {
  TRY_ASSIGN(const json::object object, parse_json_object(body));
  PushedResponse response;
  TRY_ASSIGN(response.request_uri, find_text(object, "request_uri"));
  TRY_ASSIGN(const auto expires_in, find_integer(object, "expires_in"));
  if (response.request_uri.empty() || !expires_in || *expires_in <= 0 || *expires_in > 31'536'000) {
    return fail(ErrorCode::Malformed, "The answer to the pushed request lacks request_uri or expires_in.");
  }
  response.expires_in = seconds{*expires_in};
  return response;
}

}  // namespace signet::oauth
