#pragma once
// The configuration file of the example.

#include <string>
#include <vector>

#include "bank/bank.h"
#include "resource/configuration.h"

namespace signet::bank {

struct ListenerSettings {
  std::string name;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8546;
  std::string certificate_chain_pem;  ///< empty: plain HTTP, for a gateway on the same machine
  SecretText private_key_pem;
  bool client_certificates = true;
  std::vector<std::string> trusted_proxies;
};

struct Settings {
  resource::ResourceConfig resource;
  Strength strength;
  std::vector<ListenerSettings> listeners;
};

/// The settings of a TOML file with the contents of the files it names; those are looked for beside it.
/// Fails: Malformed, NotFound; the detail names file, line and key
[[nodiscard]] Result<Settings> load_settings(const std::string& file);

}  // namespace signet::bank
