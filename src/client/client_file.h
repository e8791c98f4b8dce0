#pragma once
// A client as one JSON file: its registered metadata (RFC 7591 names), its private keys and where its certificate is.
//
//   { "issuer": "https://as.example", "client_id": "demo", "token_endpoint_auth_method": "private_key_jwt",
//     "redirect_uris": ["http://127.0.0.1/callback"], "scope": "openid accounts", "dpop_bound_access_tokens": true,
//     "jwks": { "keys": [ { "kty": "EC", …, "d": "…" } ] },
//     "tls_certificate_file": "demo.pem", "tls_private_key_file": "demo.key", "ca_file": "ca.pem" }

#include <string>

#include "base/json.h"
#include "client/configuration.h"

namespace signet::client {

struct ClientFile {
  ClientConfig config;  ///< without the contents of the files named below
  std::string tls_certificate_file;
  std::string tls_private_key_file;
  std::string ca_file;
};

/// Members that only the server cares for (client_name, contacts, …) are ignored.
/// Fails: Malformed, InvalidClientMetadata, UnsupportedAlgorithm; the public text names the member
[[nodiscard]] Result<ClientFile> parse_client_file(const SecretText& text);

/// The client of a file, with the contents of the files it names; those are looked for beside it. Blocks.
/// Fails: as parse_client_file; NotFound with the path in its detail
[[nodiscard]] Result<ClientConfig> load_client_file(const std::string& path);

}  // namespace signet::client
