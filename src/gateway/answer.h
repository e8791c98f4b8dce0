#pragma once
// What a client is told instead of the API's answer. Spec: RFC6750-3, RFC9449-7.1, RFC9457, RFC9470-3, RFC9728-5.1

#include <string>
#include <vector>

#include "http/message.h"
#include "verify/verification.h"

namespace signet::gateway {

/// Why the authorization server gave no answer that counts.
enum class ServerFault {
  None,
  Unavailable,  ///< it said that it is busy: 503
  BadAnswer,    ///< it refused the gateway, failed, or said what cannot be verified: 502
  Timeout,      ///< 504
};
/// What a status of the authorization server, or of nginx in its place, means.
[[nodiscard]] ServerFault fault_of_status(int status);

/// The refusal on the wire. A token that could not be checked is answered with the fault of the server, never with a
/// challenge.
[[nodiscard]] http::Response make_answer(const verify::Refusal& refusal, ServerFault fault);

/// The name of the refusal in logs and metrics: the OAuth error, or what kept the gateway from deciding.
[[nodiscard]] std::string_view reason_of(const verify::Refusal& refusal, ServerFault fault);

/// A UUID, which may be echoed and logged: 8-4-4-4-12 hexadecimal digits. Spec: RFC9562-4
[[nodiscard]] bool is_interaction_id(std::string_view text);
/// A random UUID. Spec: RFC9562-5.4
[[nodiscard]] std::string make_interaction_id(Random& random);

}  // namespace signet::gateway
