#pragma once
// The operations that are measured: what each sends, and what cryptography is inside it.

#include <string>
#include <string_view>
#include <vector>

#include "closed_loop.h"
#include "jose/jws.h"

namespace signet::bench {

/// The gateway under test and what its tokens need; bench/gateway.py sets it up.
struct GatewayTarget {
  std::uint16_t port = 0;
  std::uint16_t tls_port = 0;
  std::string origin;            ///< what proofs name, whatever port the gateway has
  std::string mtls_client_id;    ///< private_key_jwt, certificate-bound opaque tokens
  std::string certificate;       ///< base64 DER of the client's certificate
  std::string certificate_file;  ///< the same as PEM
  std::string certificate_key_file;
};

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
  GatewayTarget gateway;  ///< empty when a server is measured
};

struct Operation {
  std::string_view name;
  unsigned requests;       ///< HTTP requests of one operation
  unsigned verifies;       ///< ES256 verifications inside
  unsigned proofs;         ///< of these, how many are of DPoP proofs, which bring their key
  unsigned signs;          ///< ES256 signatures inside
  std::string_view bound;  ///< what the project promises: "1.5x" of the cryptography, or "60us"
  /// Scripts that together do `count` operations on `connections` connections; all signatures are made here.
  std::vector<Script> (*prepare)(const Target&, std::size_t count, std::size_t connections);
  Endpoint (*endpoint)(const Target&) = [](const Target& target) { return Endpoint{.port = target.port}; };
};

/// Of the authorization server.
[[nodiscard]] const std::vector<Operation>& operations();
/// Of the gateway.
[[nodiscard]] const std::vector<Operation>& gateway_operations();

}  // namespace signet::bench
