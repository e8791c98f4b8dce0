#pragma once
// The requests of one client: signed, on a plain-HTTP listener of the loopback interface.

#include <array>
#include <string>
#include <string_view>

#include "base/json.h"
#include "http/form.h"
#include "jose/jws.h"

namespace signet::crash {

using Entries = std::vector<http::Form::Entry>;

struct Target {
  std::uint16_t port = 0;
  std::string issuer;
  std::string client_id;  ///< private_key_jwt, DPoP
  std::string redirect_uri;
  std::string resource_client_id;    ///< the resource server: tls_client_auth
  std::string resource_certificate;  ///< base64 DER for the Client-Cert field of the trusted proxy
  std::string username;
  std::string password;
  jose::Signer client_key;
};

/// Ends the program with a message when the file cannot be read.
[[nodiscard]] Target read_target(const std::string& path);

inline constexpr std::string_view kVerifier = "crash-verifier-crash-verifier-crash-verifier-crash";
inline constexpr std::size_t kDpopKeys = 16;

class Requests {
 public:
  explicit Requests(const Target& target);

  [[nodiscard]] const Target& target() const { return target_; }
  [[nodiscard]] std::string post(std::string_view path, const std::string& fields, const std::string& body) const;
  [[nodiscard]] std::string get(std::string_view path, const std::string& fields) const;

  [[nodiscard]] std::string assertion() const;
  /// A DPoP proof for the token endpoint by one of kDpopKeys keys.
  [[nodiscard]] std::string proof(std::size_t key) const;

  [[nodiscard]] std::string push(std::size_t key, const std::string& assertion) const;
  [[nodiscard]] std::string token(Entries entries, const std::string& assertion, const std::string& proof) const;
  [[nodiscard]] std::string redeem(const std::string& code, std::size_t key) const;
  [[nodiscard]] std::string refresh(const std::string& refresh_token, std::size_t key) const;
  [[nodiscard]] std::string revoke(const std::string& token) const;
  [[nodiscard]] std::string introspect(const std::string& token) const;

 private:
  const Target& target_;
  std::vector<jose::Signer> dpop_keys_;
};

}  // namespace signet::crash
