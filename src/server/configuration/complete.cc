// Defaults that depend on other settings, and the secrets behind *_file keys.

#include <algorithm>
#include <filesystem>

#include "server/configuration/draft.h"
#include "server/configuration/secret_file.h"

namespace signet::server {
namespace {

constexpr std::size_t kMasterKeyBytes = 32;
constexpr std::size_t kLeastSaltCharacters = 32;

/// Relative paths start at the folder of the configuration file, so that the working directory does not matter.
void make_absolute(std::string& path, const std::filesystem::path& folder) {
  if (!path.empty()) path = (folder / path).lexically_normal().string();
}

void complete_paths(Draft& draft) {
  const auto folder = std::filesystem::absolute(draft.file).parent_path();
  auto& config = draft.config;
  make_absolute(config.data_directory, folder);
  make_absolute(config.database_file, folder);
  make_absolute(config.outbound_ca_file, folder);
  make_absolute(config.login.geo_database, folder);
  make_absolute(draft.master_key_file, folder);
  make_absolute(config.login.breached_passwords_file, folder);
  make_absolute(config.sms.command, folder);
  make_absolute(config.webauthn.trust_anchors_file, folder);
  make_absolute(draft.pairwise_salt_file, folder);
  make_absolute(draft.mail_password_file, folder);
  if (config.database_file.empty())
    config.database_file = (std::filesystem::path(config.data_directory) / "signet.db").string();
  for (auto& [name, listener] : draft.listeners) {
    make_absolute(listener.certificate_file, folder);
    make_absolute(listener.private_key_file, folder);
  }
  for (auto& [name, issuer] : draft.issuers) {
    make_absolute(issuer.client_certificate_ca_file, folder);
    make_absolute(issuer.theme_directory, folder);
  }
}

void load_master_key(Draft& draft) {
  constexpr std::string_view key = "secrets.master_key_file";
  if (draft.has_problem(key)) return;
  if (draft.master_key_file.empty()) {
    return draft.add_problem(key, "is required; make one with `signet keys make-master-key FILE` and name it here");
  }
  auto secret = read_secret_file(draft.master_key_file);
  if (!secret) {
    const bool absent = secret.error().code == ErrorCode::NotFound;
    return draft.add_problem(
        key, secret.error().detail + (absent ? "; make one with `signet keys make-master-key FILE`" : ""));
  }
  const auto bytes = decode_hex(secret->reveal());
  if (!bytes || bytes->size() != kMasterKeyBytes) {
    return draft.add_problem(key, draft.master_key_file + ": must hold 64 hexadecimal characters and nothing else");
  }
  draft.config.master_key = std::move(*secret);
}

void load_pairwise_salt(Draft& draft) {
  constexpr std::string_view key = "secrets.pairwise_salt_file";
  if (draft.pairwise_salt_file.empty()) {
    if (draft.config.master_key.empty()) return;
    const auto derived = derive_key(draft.config.master_key, "signet pairwise salt");
    draft.config.pairwise_salt = SecretText(encode_base64url(derived.reveal()));
    return;
  }
  auto secret = read_secret_file(draft.pairwise_salt_file);
  if (!secret) return draft.add_problem(key, secret.error().detail);
  if (secret->reveal().size() < kLeastSaltCharacters) {
    return draft.add_problem(key, draft.pairwise_salt_file + ": must hold at least 32 characters");
  }
  draft.config.pairwise_salt = std::move(*secret);
}

void load_mail_password(Draft& draft) {
  if (draft.mail_password_file.empty()) return;
  auto secret = read_secret_file(draft.mail_password_file);
  if (!secret) return draft.add_problem("mail.password_file", secret.error().detail);
  draft.config.mail.password = std::move(*secret);
}

void load_trust_anchors(Draft& draft) {
  auto& webauthn = draft.config.webauthn;
  if (webauthn.trust_anchors_file.empty()) return;
  constexpr std::string_view key = "webauthn.trust_anchors_file";
  const auto pem = read_text_file(webauthn.trust_anchors_file);
  if (!pem) return draft.add_problem(key, pem.error().detail);
  auto anchors = x509::TrustAnchors::from_pem(*pem);
  if (!anchors) {
    return draft.add_problem(key, webauthn.trust_anchors_file + ": must hold certificates in PEM and nothing broken");
  }
  webauthn.trust_anchors = *std::move(anchors);
}

/// Does any listener see client certificates, or believe a proxy that says which one it saw?
bool takes_client_certificates(const Draft& draft) {
  return std::ranges::any_of(draft.listeners, [](const auto& entry) {
    return entry.second.client_certificates || !entry.second.trusted_proxies.empty();
  });
}

void complete_issuer(IssuerConfig& issuer, bool profile_given) {
  // A profile that was given and is unknown stays empty: its problem is said, and no other profile may stand in for it.
  if (issuer.profile == nullptr && !profile_given) issuer.profile = oauth::find_profile("fapi2_security");
  if (issuer.signing_algorithms.empty() && issuer.profile != nullptr)
    issuer.signing_algorithms = issuer.profile->default_signing_algorithms;
  if (issuer.display_name.empty()) {
    const auto url = parse_url(issuer.url);
    issuer.display_name = url ? url->host : issuer.id;
  }
  if (issuer.profile == nullptr) return;
  const auto fall_back = [](Duration& own, Duration profiles) {
    if (own == Duration::zero()) own = profiles;
  };
  fall_back(issuer.access_token_lifetime, issuer.profile->access_token_lifetime);
  fall_back(issuer.refresh_token_lifetime, issuer.profile->refresh_token_lifetime);
  fall_back(issuer.authorization_code_lifetime, issuer.profile->authorization_code_lifetime);
  fall_back(issuer.request_uri_lifetime, issuer.profile->request_uri_lifetime);
}

void complete_protected_resource(ProtectedResourceConfig& resource, bool accept_given) {
  if (resource.accept.empty() && !accept_given) resource.accept = {"dpop"};
  if (!resource.public_url.empty()) return;
  if (const auto audience = parse_url(resource.audience)) resource.public_url = audience->origin();
}

}  // namespace

void complete(Draft& draft) {
  complete_paths(draft);
  load_master_key(draft);
  load_pairwise_salt(draft);
  load_mail_password(draft);
  load_trust_anchors(draft);
  for (auto& [name, listener] : draft.listeners) listener.name = name;
  std::vector<LevelConfig> levels;
  for (auto& [name, level] : draft.levels) {
    if (level.acr.empty()) level.acr = name;
    levels.push_back(level);
  }
  for (auto& [name, issuer] : draft.issuers) {
    issuer.id = name;
    complete_issuer(issuer, draft.was_given("issuers." + name + ".profile"));
    issuer.levels = levels_of(issuer, levels);
    issuer.mutual_tls = takes_client_certificates(draft);
  }
  for (auto& [name, resource] : draft.protected_resources) {
    resource.name = name;
    complete_protected_resource(resource, draft.was_given("protected_resources." + name + ".accept"));
  }
}

}  // namespace signet::server
