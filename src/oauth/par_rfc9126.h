#pragma once
// Pushed authorization requests: the request URI and what may not be pushed. Spec: RFC9126-2, RFC9126-4

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/form.h"

namespace signet::oauth {

inline constexpr std::string_view kRequestUriPrefix = "urn:ietf:params:oauth:request_uri:";

[[nodiscard]] std::string make_request_uri(std::string_view token);
/// The token inside a request URI of ours. Any other URI is never fetched. Fails: InvalidRequestUri
[[nodiscard]] Result<std::string> parse_request_uri(std::string_view request_uri);

/// Refuses a `request_uri` in a pushed request. Fails: InvalidRequest. Spec: RFC9126-2.1
[[nodiscard]] Result<void> check_pushed_parameters(const http::Form& form);

/// What counts of the query of the authorization endpoint once a request was pushed; everything beside is ignored.
struct FrontChannelRequest {
  std::string client_id;
  std::string request_uri_token;
};
/// Nothing when the query has no `request_uri`. Fails: InvalidRequest (no client_id), InvalidRequestUri. Spec:
/// RFC9126-4
[[nodiscard]] Result<std::optional<FrontChannelRequest>> parse_front_channel_request(const http::Form& query);

struct PushedResponse {
  std::string request_uri;
  Duration expires_in{};
};
[[nodiscard]] std::string render_pushed_response(const PushedResponse& response);
/// Fails: Malformed
[[nodiscard]] Result<PushedResponse> parse_pushed_response(std::string_view body);

}  // namespace signet::oauth
