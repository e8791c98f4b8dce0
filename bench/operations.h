#pragma once
// The operations that are measured: what each sends, and what cryptography is inside it.

#include <string>
#include <string_view>
#include <vector>

#include "closed_loop.h"
#include "jose/jws.h"

namespace signet::bench {

/// What the run needs to know of the server under test; bench/run.py sets it up.
struct Target {
  std::uint16_t port = 0;
  std::string issuer;
  std::string client_id;      ///< private_key_jwt, DPoP, opaque tokens
  std::string jwt_client_id;  ///< the same with JWT access tokens
  std::string redirect_uri;
  std::string resource_client_id;    ///< the resource server: tls_client_auth
  std::string resource_certificate;  ///< base64 DER for the Client-Cert field of the trusted proxy
  std::string username;              ///< the beginning of one name for each connection
  std::string password;
  jose::Signer client_key;
};

struct Operation {
  std::string_view name;
  unsigned requests;       ///< HTTP requests of one operation
  unsigned verifies;       ///< ES256 verifications inside
  unsigned signs;          ///< ES256 signatures inside
  std::string_view bound;  ///< what the project promises: "1.5x" of the cryptography, or "60us"
  /// Scripts that together do `count` operations on `connections` connections; all signatures are made here.
  std::vector<Script> (*prepare)(const Target&, std::size_t count, std::size_t connections);
};

[[nodiscard]] const std::vector<Operation>& operations();

}  // namespace signet::bench
