#include "client/client_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "jose/jwk.h"
#include "oauth/claims.h"
#include "oauth/hypermedia.h"

namespace signet::client {
namespace {

constexpr auto kCode = ErrorCode::InvalidClientMetadata;

Result<oauth::ClientAuthMethod> read_method(const json::object& object) {
  TRY_ASSIGN(const std::string name, oauth::find_text(object, "token_endpoint_auth_method"));
  if (name.empty()) return oauth::ClientAuthMethod::PrivateKeyJwt;
  const auto method = oauth::find_client_auth_method(name);
  if (!method || *method == oauth::ClientAuthMethod::None) {
    return fail(kCode, "The member token_endpoint_auth_method of the client file names no method that can be used.");
  }
  return *method;
}

Result<oauth::SenderConstraint::Kind> read_sender_constraint(const json::object& object) {
  TRY_ASSIGN(const auto dpop, find_bool(object, "dpop_bound_access_tokens"));
  TRY_ASSIGN(const auto mtls, find_bool(object, "tls_client_certificate_bound_access_tokens"));
  if (dpop.value_or(false) && mtls.value_or(false)) {
    return fail(kCode, "A token is bound to a DPoP key or to a certificate, not to both.");
  }
  return mtls.value_or(false) ? oauth::SenderConstraint::Kind::Mtls : oauth::SenderConstraint::Kind::Dpop;
}

/// The first private key of the set that can sign.
Result<std::optional<jose::Signer>> read_signer(const json::object& object) {
  const auto* set = object.if_contains("jwks");
  if (set == nullptr) return std::optional<jose::Signer>();
  const auto* keys = set->is_object() ? set->get_object().if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array() || keys->get_array().empty()) {
    return fail(kCode, "The member jwks of the client file has no keys.");
  }
  const auto& first = keys->get_array().front();
  if (!first.is_object()) return fail(kCode, "The member jwks of the client file has no keys.");
  TRY_ASSIGN(jose::PrivateJwk jwk, jose::parse_private_jwk(first.get_object()));
  TRY_ASSIGN(const std::string name, oauth::find_text(object, "token_endpoint_auth_signing_alg"));
  const auto named = crypto::find_signature_algorithm(name);
  if (!name.empty() && !named) return fail(kCode, "The member token_endpoint_auth_signing_alg is unknown.");
  const auto algorithm = named ? named : jwk.alg;
  const auto fallback = remote::default_algorithm(jwk.key.public_key());
  return std::optional(jose::Signer{std::move(jwk.key), algorithm.value_or(fallback), std::move(jwk.kid)});
}

/// `resource` stands as one string or as a list.
Result<std::vector<std::string>> read_resource(const json::object& object) {
  const auto* member = object.if_contains("resource");
  if (member != nullptr && member->is_string()) return std::vector<std::string>{std::string(member->get_string())};
  TRY_ASSIGN(auto list, find_strings(object, "resource"));
  return list.value_or(std::vector<std::string>());
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  if (!in) return fail(ErrorCode::NotFound, "The file cannot be read.", path.string());
  return std::move(out).str();
}

Result<ClientFile> read_client_file(const std::string& path) {
  TRY_ASSIGN(std::string text, read_file(path));
  auto file = parse_client_file(SecretText(std::move(text)));
  if (!file) file.error().detail = file.error().detail.empty() ? path : path + ": " + file.error().detail;
  return file;
}

/// Empty when no file is named.
Result<std::string> read_beside(const std::string& path, const std::string& name) {
  if (name.empty()) return std::string();
  return read_file(std::filesystem::path(path).parent_path() / name);
}

}  // namespace

Result<ClientConfig> load_client_file(const std::string& path) {
  TRY_ASSIGN(ClientFile file, read_client_file(path));
  TRY_ASSIGN(file.config.credential.certificate_pem, read_beside(path, file.tls_certificate_file));
  TRY_ASSIGN(std::string key, read_beside(path, file.tls_private_key_file));
  file.config.credential.private_key_pem = SecretText(std::move(key));
  TRY_ASSIGN(file.config.ca_pem, read_beside(path, file.ca_file));
  return std::move(file.config);
}

Result<ClientFile> parse_client_file(const SecretText& text) {
  TRY_ASSIGN(const json::object object, parse_json_object(text.reveal()));
  ClientFile file;
  ClientConfig& config = file.config;
  TRY_ASSIGN(config.issuer, oauth::find_text(object, "issuer"));
  TRY_ASSIGN(config.credential.client_id, oauth::find_text(object, "client_id"));
  TRY_ASSIGN(config.credential.method, read_method(object));
  TRY_ASSIGN(config.credential.signer, read_signer(object));
  TRY_ASSIGN(config.sender_constraint, read_sender_constraint(object));
  TRY_ASSIGN(const auto aliases, find_bool(object, "use_mtls_endpoint_aliases"));
  config.use_mtls_endpoint_aliases = aliases.value_or(false);
  TRY_ASSIGN(const auto redirect_uris, find_strings(object, "redirect_uris"));
  if (redirect_uris && !redirect_uris->empty()) config.redirect_uri = redirect_uris->front();
  TRY_ASSIGN(const std::string scope, oauth::find_text(object, "scope"));
  config.scope = split_words(scope);
  std::erase(config.scope, oauth::kHypermediaScope);  // the app's own, never asked of a user
  TRY_ASSIGN(config.resource, read_resource(object));
  TRY_ASSIGN(file.tls_certificate_file, oauth::find_text(object, "tls_certificate_file"));
  TRY_ASSIGN(file.tls_private_key_file, oauth::find_text(object, "tls_private_key_file"));
  TRY_ASSIGN(file.ca_file, oauth::find_text(object, "ca_file"));
  return file;
}

}  // namespace signet::client
