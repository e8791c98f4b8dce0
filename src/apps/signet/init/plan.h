#pragma once
// What `signet init` sets up: names, addresses and the texts of the configuration files.

#include <cstdint>
#include <string>

#include "base/result.h"
#include "server/config.h"

namespace signet::apps {

inline constexpr std::uint16_t kDefaultPortBase = 8443;

struct Plan {
  std::string issuer_url;  ///< on port `port_base` of this machine unless told otherwise
  std::string mtls_url;    ///< the same host, on the next port
  std::string bank_url;    ///< the demo API, as its clients see it: at the gateway
  std::string host;        ///< of the issuer, a name in the server's certificate
  std::uint16_t port_base = kDefaultPortBase;

  [[nodiscard]] std::uint16_t https_port() const { return port_base; }
  [[nodiscard]] std::uint16_t mtls_port() const { return port(1); }
  [[nodiscard]] std::uint16_t gateway_port() const { return port(2); }
  [[nodiscard]] std::uint16_t management_port() const { return port(3); }
  [[nodiscard]] std::uint16_t bank_port() const { return port(4); }  ///< where only the gateway calls
  [[nodiscard]] std::uint16_t gateway_status_port() const { return port(5); }

 private:
  [[nodiscard]] std::uint16_t port(int offset) const { return static_cast<std::uint16_t>(port_base + offset); }
};

/// `issuer_url` empty: https://localhost on the first port. Fails: InvalidRequest (no https, port out of range)
[[nodiscard]] Result<Plan> make_plan(std::string issuer_url, std::uint64_t port_base);
/// The plan behind a configuration that is there already.
[[nodiscard]] Result<Plan> read_plan(const server::Config& config);

[[nodiscard]] std::string render_server_settings(const Plan& plan);  ///< signet.toml
[[nodiscard]] std::string render_bank_settings(const Plan& plan);    ///< bank.toml
/// What an operator may begin with: the rules of most banks.
[[nodiscard]] std::string render_sample_policy();

}  // namespace signet::apps
