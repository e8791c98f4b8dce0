#pragma once
// How the gateway proves to the authorization server who it is. Spec: RFC7523-2.2, RFC8705-2

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/form.h"
#include "jose/jws.h"

namespace signet::gateway {

struct Credential {
  std::string client_id;
  std::string issuer;                  ///< the audience of assertions
  std::optional<jose::Signer> signer;  ///< private_key_jwt; nothing: the TLS connection carries a certificate
};

/// A private JWK, or a JWK set with nothing but one. Fails: Malformed, UnsupportedAlgorithm
[[nodiscard]] Result<jose::Signer> parse_signer(std::string_view json_text);
/// Do the private and the public half belong together? Fails: BadSignature
[[nodiscard]] Result<void> check_signer(const jose::Signer& signer);

/// A form body: what is asked, empty values left out, and what proves the gateway, with a new assertion each time.
/// Fails: as jose::sign_jws
[[nodiscard]] Result<std::string> make_question(const Credential& credential, std::vector<http::Form::Entry> asks,
                                                Random& random, Instant now);

}  // namespace signet::gateway
