#pragma once
// A request of a device: JSON with a JWT that its key has signed.

#include "oauth/device_jwt.h"
#include "server/context.h"

namespace signet::server {

/// The body of a request. Fails: UnsupportedMediaType, InvalidRequest
[[nodiscard]] Result<json::object> parse_device_body(const http::Request& request);

/// The member `jwt`, for this issuer and this use. Whose key it is remains to be found out. Fails: InvalidRequest
[[nodiscard]] Result<oauth::DeviceJwt> verify_member_jwt(const Exchange& exchange, const json::object& body,
                                                         oauth::DeviceJwtUse use);

/// A registered device and what it has signed.
struct KnownDevice {
  store::FactorRecord factor;
  oauth::DeviceJwt jwt;
  std::string text;  ///< the JWT itself, which is evidence
};
/// Fails: InvalidRequest, InvalidClient (no device has this key), Unavailable
[[nodiscard]] Task<Result<KnownDevice>> load_device(Exchange& exchange, oauth::DeviceJwtUse use);

/// Adds a guard that fails when the `jti` was used before, and says so when it is asked.
std::size_t add_device_mark(sql::Batch& batch, const Exchange& exchange, const oauth::DeviceJwt& jwt);
[[nodiscard]] std::unexpected<Error> fail_replayed();

/// A claim that must be a string that is not empty; `refusal` names it. Fails: InvalidRequest
[[nodiscard]] Result<std::string> load_text_claim(const oauth::DeviceJwt& jwt, std::string_view name,
                                                  PublicText refusal);

}  // namespace signet::server
