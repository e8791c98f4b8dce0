#pragma once
// What is worth showing of a request and of an answer, as rows of a name and a value. Private to trace.

#include <string>
#include <vector>

#include "net/http_client.h"

namespace signet::client {

struct TraceRow {
  std::string name;
  std::string value;
};

/// The URL without its query, random parts of its path shortened.
[[nodiscard]] std::string describe_address(std::string_view url);
/// What this exchange is for: "Token request · authorization_code".
[[nodiscard]] std::string describe_purpose(const net::OutgoingRequest& request);
[[nodiscard]] std::vector<TraceRow> describe_request(const net::OutgoingRequest& request);
[[nodiscard]] std::vector<TraceRow> describe_response(const http::Response& response);

}  // namespace signet::client
