#pragma once
// TLS contexts. TLS 1.3 first; 1.2 with ECDHE-AES-GCM only, which is what every FAPI profile accepts.

#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret.h"

struct ssl_ctx_st;

namespace signet::net {

struct TlsServerOptions {
  std::string certificate_chain_pem = {};
  SecretText private_key_pem = {};
  /// Ask for a client certificate. It may be absent and is not checked against a CA here: the handshake proves the key,
  /// src/server decides what the certificate is worth (RFC8705-2.1, RFC8705-2.2). It is never asked for on other
  /// listeners.
  bool request_client_certificate = false;
};

class TlsServerContext {
 public:
  /// Fails: Malformed (certificate, key, or the two do not match)
  [[nodiscard]] static Result<std::shared_ptr<const TlsServerContext>> make(const TlsServerOptions& options);
  ~TlsServerContext();
  [[nodiscard]] ssl_ctx_st* native() const { return context_; }

 private:
  explicit TlsServerContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
};

}  // namespace signet::net
