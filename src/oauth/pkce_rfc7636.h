#pragma once
// Proof key for code exchange, S256 only. Spec: RFC7636, RFC9700-2.1.1, FAPI2-SP-FINAL-5.3.2.2

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace signet::oauth {

/// The challenge of an authorization request: method S256, 43 characters of base64url. Fails: InvalidRequest
[[nodiscard]] Result<void> check_code_challenge(std::string_view code_challenge,
                                                std::string_view code_challenge_method);

/// Does the verifier of a token request belong to the challenge of its authorization request? An empty challenge means
/// that the request had none; then a verifier is refused as well. Fails: InvalidGrant, for a missing and for a wrong
/// verifier alike
[[nodiscard]] Result<void> check_code_verifier(std::string_view code_challenge,
                                               std::optional<std::string_view> code_verifier);

/// base64url(SHA-256(verifier)).
[[nodiscard]] std::string make_code_challenge(std::string_view code_verifier);

}  // namespace signet::oauth
