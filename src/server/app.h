#pragma once
// The authorization server as one function from request to response: no socket in sight, so tests drive it in memory.

#include "server/context.h"

namespace signet::server {

class App {
 public:
  explicit App(Context& context) : context_(context) {}

  /// Answers one request: finds issuer and route, runs the endpoint, renders errors. Never throws for input.
  [[nodiscard]] Task<http::Response> handle(const http::Request& request);

 private:
  Context& context_;
};

}  // namespace signet::server
