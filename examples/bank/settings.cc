#include "bank/settings.h"

#include <toml++/toml.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/client_file.h"

namespace signet::bank {
namespace {

std::unexpected<Error> refuse(PublicText text, std::string detail) {
  return fail(ErrorCode::Malformed, text, std::move(detail));
}

/// A table whose every key must be asked for: one that was not is a spelling mistake.
class Reader {
 public:
  Reader(const toml::table& table, std::string file, std::string name)
      : table_(table), file_(std::move(file)), name_(std::move(name)) {}

  template <class T>
  Result<void> read(std::string_view key, T& value) {
    asked_.emplace_back(key);
    const auto* node = table_.get(key);
    if (node == nullptr) return {};
    const auto read = node->template value_exact<Stored<T>>();
    if (!read) return refuse("A setting has the wrong type.", where(*node, key));
    if constexpr (std::is_same_v<T, std::uint16_t>) {
      if (*read < 0 || *read > 65535) return refuse("A port is between 0 and 65535.", where(*node, key));
    }
    value = static_cast<T>(*read);
    return {};
  }

  Result<void> read(std::string_view key, std::vector<std::string>& values) {
    asked_.emplace_back(key);
    const auto* node = table_.get(key);
    if (node == nullptr) return {};
    const auto* list = node->as_array();
    if (list == nullptr) return refuse("A setting must be a list.", where(*node, key));
    for (const auto& item : *list) {
      const auto text = item.template value_exact<std::string>();
      if (!text) return refuse("A setting must be a list of texts.", where(*node, key));
      values.push_back(*text);
    }
    return {};
  }

  void allow(std::string_view key) { asked_.emplace_back(key); }

  [[nodiscard]] Result<void> check_all_asked() const {
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(asked_, key.str()) == asked_.end()) {
        return refuse("A setting is unknown.", where(node, key.str()));
      }
    }
    return {};
  }

 private:
  template <class T>
  using Stored = std::conditional_t<std::is_same_v<T, std::uint16_t>, std::int64_t, T>;

  [[nodiscard]] std::string where(const toml::node& node, std::string_view key) const {
    return file_ + ":" + std::to_string(node.source().begin.line) + ": " + name_ + std::string(key);
  }

  const toml::table& table_;
  std::string file_;
  std::string name_;
  std::vector<std::string> asked_;
};

/// Reads files that a configuration names, from where the configuration is.
class Folder {
 public:
  explicit Folder(const std::string& file) : path_(std::filesystem::path(file).parent_path()) {}

  [[nodiscard]] Result<std::string> read(const std::string& name) const {
    if (name.empty()) return std::string();
    std::ifstream in(path_ / name, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    if (!in) return fail(ErrorCode::NotFound, "A file cannot be read.", (path_ / name).string());
    return std::move(out).str();
  }
  [[nodiscard]] std::string path_of(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// What one kind of request asks of the login behind its token: `NAME_acr_values`, `NAME_max_age` in seconds.
Result<void> read_demand(Reader& reader, const std::string& name, oauth::StepUpDemand& demand) {
  TRY(reader.read(name + "_acr_values", demand.acr_values));
  std::int64_t max_age = 0;
  TRY(reader.read(name + "_max_age", max_age));
  if (max_age < 0) return refuse("An age must not be negative.", name + "_max_age");
  if (max_age > 0) demand.max_age = seconds{max_age};
  return {};
}

Result<void> read_resource(Reader& reader, const Folder& folder, Settings& settings) {
  resource::ResourceConfig& config = settings.resource;
  resource::IssuerTrust trust;
  std::string ca_file;
  std::string client_file;
  std::string introspection = "jwt";
  TRY(reader.read("resource", config.resource));
  TRY(reader.read("name", config.resource_name));
  TRY(reader.read("issuer", trust.issuer));
  TRY(reader.read("ca_file", ca_file));
  TRY(reader.read("client_file", client_file));
  TRY(reader.read("introspection", introspection));
  TRY(reader.read("introspect_jwt", config.introspect_jwt));
  // A bank asks for every call: a revoked token stops at once (FAPI2-SP-FINAL-5.3.4), for one question each.
  config.introspection_cache.active_lifetime = seconds{0};
  TRY(reader.read("require_dpop_nonce", config.require_dpop_nonce));
  TRY(read_demand(reader, "transactions", settings.strength.transactions));
  TRY(read_demand(reader, "payments", settings.strength.payments));
  if (introspection != "jwt" && introspection != "json") {
    return refuse("A setting has an unknown value.", "introspection must be \"jwt\" or \"json\"");
  }
  if (introspection == "json") trust.format = resource::IntrospectionFormat::Json;
  TRY_ASSIGN(config.ca_pem, folder.read(ca_file));
  if (!client_file.empty()) {
    TRY_ASSIGN(client::ClientConfig client, client::load_client_file(folder.path_of(client_file)));
    trust.introspection = std::move(client.credential);
  }
  config.issuers.push_back(std::move(trust));
  config.scopes_supported = {"accounts", "payments"};
  config.authorization_details_types = {"payment_initiation"};
  return {};
}

/// The table is optional: without it the bank checks proofs and certificates itself.
Result<void> read_gateway(const toml::table& root, const std::string& file, resource::ResourceConfig& config) {
  const auto* node = root.get("gateway");
  if (node == nullptr) return {};
  const auto* table = node->as_table();
  if (table == nullptr) return refuse("The gateway must be a table.", file);
  Reader reader(*table, file, "gateway.");
  std::string client_id;
  std::int64_t max_age = 120;
  TRY(reader.read("client_id", client_id));
  TRY(reader.read("phantom_max_age", max_age));
  TRY(reader.check_all_asked());
  if (max_age < 1 || max_age > 3600) return refuse("The age of a phantom token is between 1 and 3600 s.", file);
  config.gateway = verify::GatewayTrust{.client_ids = {std::move(client_id)}, .phantom_max_age = seconds{max_age}};
  return {};
}

Result<ListenerSettings> read_listener(const toml::table& table, const std::string& file, const Folder& folder,
                                       std::string name) {
  Reader reader(table, file, "listeners." + name + ".");
  ListenerSettings listener;
  listener.name = std::move(name);
  std::string certificate_file;
  std::string private_key_file;
  TRY(reader.read("address", listener.address));
  TRY(reader.read("port", listener.port));
  TRY(reader.read("certificate_file", certificate_file));
  TRY(reader.read("private_key_file", private_key_file));
  TRY(reader.read("client_certificates", listener.client_certificates));
  TRY(reader.read("trusted_proxies", listener.trusted_proxies));
  TRY(reader.check_all_asked());
  TRY_ASSIGN(listener.certificate_chain_pem, folder.read(certificate_file));
  TRY_ASSIGN(std::string key, folder.read(private_key_file));
  listener.private_key_pem = SecretText(std::move(key));
  return listener;
}

}  // namespace

Result<Settings> load_settings(const std::string& file) {
  const Folder folder(file);
  toml::table table;
  try {
    table = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    const auto line = std::to_string(error.source().begin.line);
    return refuse("The configuration file cannot be read.",
                  file + ":" + line + ": " + std::string(error.description()));
  }
  Settings settings;
  Reader reader(table, file, "");
  TRY(read_resource(reader, folder, settings));
  TRY(read_gateway(table, file, settings.resource));
  reader.allow("gateway");
  reader.allow("listeners");
  TRY(reader.check_all_asked());
  const auto* listeners = table["listeners"].as_table();
  if (listeners == nullptr || listeners->empty()) return refuse("The configuration has no listener.", file);
  for (const auto& [name, node] : *listeners) {
    if (!node.is_table()) return refuse("A listener must be a table.", file);
    TRY_ASSIGN(ListenerSettings listener, read_listener(*node.as_table(), file, folder, std::string(name.str())));
    if (settings.resource.gateway && listener.trusted_proxies.empty()) {
      return refuse("Behind a gateway a listener must name it in trusted_proxies.", file + ": " + listener.name);
    }
    settings.listeners.push_back(std::move(listener));
  }
  TRY(resource::check_resource_config(settings.resource));
  return settings;
}

}  // namespace signet::bank
