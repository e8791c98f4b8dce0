#pragma once
// The two answers to a gateway, in the form that its contract can pass on.

#include "http/message.h"
#include "server/config.h"
#include "verify/forwarding.h"
#include "verify/verification.h"

namespace signet::server {

/// 200: the fields that take the place of the client's on the way to the API.
[[nodiscard]] http::Response make_gateway_approval(GatewayContract contract, std::string_view phantom_token,
                                                   const verify::ProvenKeyField& proven_key,
                                                   const std::optional<std::string>& new_dpop_nonce);

/// The answer that the client gets instead of the API's.
[[nodiscard]] http::Response make_gateway_refusal(GatewayContract contract, const verify::Refusal& refusal);

/// A problem document that nobody keeps.
[[nodiscard]] http::Response make_problem(int status, const Error& error);

}  // namespace signet::server
