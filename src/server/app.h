#pragma once
// The authorization server as one function from request to response: no socket in sight, so tests drive it in memory.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/context.h"
#include "server/routes.h"

namespace signet::server {

class App {
 public:
  /// Builds the look-up of paths for the issuers of `context`, which must outlive it.
  explicit App(Context& context);

  /// Answers one request: finds issuer and route, authenticates the caller the route names, runs the endpoint, renders
  /// errors. Never throws for input.
  [[nodiscard]] Task<http::Response> handle(const http::Request& request);

  /// The page for somebody whose request the server below refuses (see net::RefusalHandler); nothing where nobody looks
  /// at a page.
  [[nodiscard]] Task<std::optional<http::Response>> refuse(const http::Request& request, int status,
                                                           std::string_view incident);

 private:
  struct Target {
    Issuer* issuer;
    const Route* route;
  };
  struct PathHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  [[nodiscard]] std::optional<Target> find_any_target(const http::Request& request) const;
  /// Nothing as well where the issuer of the target does not offer it.
  [[nodiscard]] std::optional<Target> find_target(const http::Request& request) const;
  [[nodiscard]] Task<Exchange> make_exchange(const http::Request& request, Target target);
  [[nodiscard]] Task<Result<http::Response>> run(Exchange& exchange, const Route& route);
  [[nodiscard]] http::Response render_refusal(Exchange& exchange, const Route& route, const Error& error);
  /// What every answer has, and what is kept of it.
  void complete(const Exchange& exchange, const Route& route, http::Response& response);

  Context& context_;
  std::unordered_map<std::string, std::vector<Target>, PathHash, std::equal_to<>> targets_;
};

}  // namespace signet::server
