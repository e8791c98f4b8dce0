#pragma once
// The decision for gateways that have no module of ours: they ask /gateway/check/NAME on the management listener about
// every call and act on the answer. The same token core as everywhere, over the server's own store.

#include <map>
#include <memory>
#include <optional>

#include "server/context.h"
#include "server/gateway/original_request.h"
#include "verify/verification.h"

namespace signet::server {

class GatewayCheck {
 public:
  /// For the [protected_resources.*] of the configuration. `context` outlives it. Fails: Malformed (an issuer that does
  /// not exist)
  [[nodiscard]] static Result<std::unique_ptr<GatewayCheck>> make(Context& context);

  /// Is this request for handle()?
  [[nodiscard]] static bool is_asked(const http::Request& request);
  /// 200 with the fields for the API, 400, 401 or 403 with the answer for the client, 500 when the gateway asks
  /// wrongly, 503 when there is no answer. Anything but 200 means that the call must not go on.
  [[nodiscard]] Task<http::Response> handle(const http::Request& request);

 private:
  struct Resource {
    const ProtectedResourceConfig& config;
    Issuer& issuer;
    std::optional<oauth::DpopNonces> nonces = {};
    verify::Policy policy = {};
  };
  struct Asked {
    Resource& resource;
    std::string_view rest;
  };

  explicit GatewayCheck(Context& context) : context_(context) {}
  [[nodiscard]] std::optional<Asked> find_resource(std::string_view target);
  [[nodiscard]] http::Response refuse_gateway(const http::Request& request, const Error& error);
  [[nodiscard]] Task<http::Response> decide(const http::Request& request, Resource& resource, OriginalRequest original);

  Context& context_;
  std::map<std::string, std::unique_ptr<Resource>, std::less<>> resources_;
};

}  // namespace signet::server
