#include "apps/signet/init/parties.h"

#include "apps/signet/output.h"
#include "base/run_blocking.h"
#include "jose/jwk.h"
#include "oauth/hypermedia.h"
#include "server/admin/accounts.h"
#include "server/admin/clients.h"
#include "server/configuration/secret_file.h"

namespace signet::apps {
namespace {

constexpr std::string_view kClientNames[] = {"budget-app", "treasury-app", "demo-gateway", "demo-bank"};
constexpr std::string_view kScope = "openid profile email offline_access accounts payments";
// A native client's loopback address: its port is whatever is free when it runs (RFC 8252).
constexpr std::string_view kRedirectUri = "http://127.0.0.1/callback";

std::string client_file(std::string_view name) {
  return "clients/" + std::string(name) + ".json";
}

std::string password_file(std::string_view name) {
  return "passwords/" + std::string(name) + ".txt";
}

/// A JWK set with one new ES256 key, its private part included.
Result<json::object> make_private_keys(std::string kid) {
  TRY_ASSIGN(const auto key, crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
  json::object jwk = jose::to_json({.key = key.public_key(),
                                    .kid = std::move(kid),
                                    .use = "sig",
                                    .alg = crypto::SignatureAlgorithm::ES256,
                                    .key_ops = {},
                                    .x5c = {}});
  TRY_ASSIGN(const SecretBytes d, key.private_value());
  jwk["d"] = encode_base64url(d.reveal());
  return json::object{{"keys", json::array{std::move(jwk)}}};
}

/// What every party has; `name` is its client_id.
json::object begin_client(const Plan& plan, std::string_view name, std::string_view shown_name) {
  return {{"issuer", plan.issuer_url},
          {"client_id", name},
          {"client_name", shown_name},
          {"ca_file", "../ca.pem"},
          {"resource", json::array{json::string(plan.bank_url)}}};
}

void add_code_flow(json::object& client) {
  client["redirect_uris"] = json::array{json::string(kRedirectUri)};
  client["grant_types"] = json::array{"authorization_code", "refresh_token"};
  client["scope"] = kScope;
  client["authorization_details_types"] = json::array{"payment_initiation", "account_information"};
}

/// It may log its users in without a browser: `signet login --in-app`.
void add_hypermedia(json::object& client) {
  client["grant_types"].as_array().emplace_back("client_credentials");
  client["scope"] = std::string(kScope) + " " + std::string(oauth::kHypermediaScope);
}

Result<json::object> make_budget_app(const Plan& plan) {
  auto client = begin_client(plan, "budget-app", "Budget App");
  add_code_flow(client);
  add_hypermedia(client);
  client["token_endpoint_auth_method"] = "private_key_jwt";
  client["dpop_bound_access_tokens"] = true;
  TRY_ASSIGN(client["jwks"], make_private_keys("budget-app-1"));
  return client;
}

/// The client proves itself by a certificate of its own name from `ca`.
Result<void> add_certificate(json::object& client, const std::string& name, const std::string& organization,
                             DevelopmentCa& ca) {
  TRY_ASSIGN(const auto certificate, ca.make_client_certificate("clients/" + name, name, organization));
  client["token_endpoint_auth_method"] = "tls_client_auth";
  client["tls_client_auth_subject_dn"] = certificate.subject_dn();
  client["tls_certificate_file"] = name + ".pem";
  client["tls_private_key_file"] = name + ".key";
  return {};
}

Result<json::object> make_treasury_app(const Plan& plan, DevelopmentCa& ca) {
  auto client = begin_client(plan, "treasury-app", "Treasury App");
  add_code_flow(client);
  TRY(add_certificate(client, "treasury-app", "Treasury Example Ltd", ca));
  client["tls_client_certificate_bound_access_tokens"] = true;
  return client;
}

/// It asks about the tokens of the bank's clients, and gets none itself.
Result<json::object> make_demo_gateway(const Plan& plan, DevelopmentCa& ca) {
  auto client = begin_client(plan, "demo-gateway", "Demo Gateway");
  client["grant_types"] = json::array{};
  client["introspection_allowed"] = true;
  TRY(add_certificate(client, "demo-gateway", "Signet Demo Bank", ca));
  return client;
}

Result<json::object> make_demo_bank(const Plan& plan) {
  auto client = begin_client(plan, "demo-bank", "Demo Bank API");
  client["grant_types"] = json::array{};
  client["token_endpoint_auth_method"] = "private_key_jwt";
  client["introspection_allowed"] = true;
  TRY_ASSIGN(client["jwks"], make_private_keys("demo-bank-1"));
  return client;
}

Result<json::object> make_client(std::string_view name, const Plan& plan, DevelopmentCa& ca) {
  if (name == "budget-app") return make_budget_app(plan);
  if (name == "treasury-app") return make_treasury_app(plan, ca);
  if (name == "demo-gateway") return make_demo_gateway(plan, ca);
  return make_demo_bank(plan);
}

/// The part of a client file that the server may know.
json::object registration_of(json::object client) {
  for (const auto member : {"issuer", "ca_file", "tls_certificate_file", "tls_private_key_file"}) client.erase(member);
  auto* const jwks = client.if_contains("jwks");
  auto* const keys = jwks != nullptr && jwks->is_object() ? jwks->get_object().if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array()) return client;
  for (auto& key : keys->get_array()) {
    if (key.is_object()) key.get_object().erase("d");
  }
  return client;
}

/// Sixteen characters in four groups, easy to read and to type: 80 random bits.
SecretText make_password(Random& random) {
  static constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  std::string password;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && i % 4 == 0) password += '-';
    password += kAlphabet[bytes[i] % kAlphabet.size()];
  }
  wipe(bytes.data(), bytes.size());
  return SecretText(password + "\n");
}

json::object make_account(std::string_view name, const SecretText& password) {
  const std::string given = name == "alice" ? "Alice" : "Bob";
  const std::string family = name == "alice" ? "Adams" : "Brown";
  return {{"username", name},      {"password", password.reveal()}, {"name", given + " " + family},
          {"given_name", given},   {"family_name", family},         {"email", std::string(name) + "@example.com"},
          {"email_verified", true}};
}

/// Whoever is there already stays.
Result<void> ignore_conflict(const Result<json::object>& created) {
  if (created || created.error().code == ErrorCode::Conflict) return {};
  return std::unexpected(created.error());
}

}  // namespace

Result<void> make_client_files(const NewFiles& files, const Plan& plan, DevelopmentCa& ca) {
  for (const auto name : kClientNames) {
    if (files.has(client_file(name))) continue;
    TRY_ASSIGN(const json::object client, make_client(name, plan, ca));
    TRY(files.write_secret(client_file(name), SecretText(render_pretty_json(client))));
  }
  return {};
}

Result<void> make_password_files(const NewFiles& files, Random& random) {
  for (const auto name : kUserNames) {
    if (files.has(password_file(name))) continue;
    TRY(files.write_secret(password_file(name), make_password(random)));
  }
  return {};
}

Result<void> register_clients(const Session& session, const NewFiles& files) {
  const auto& issuer = session.config().issuers.front();
  for (const auto name : kClientNames) {
    TRY_ASSIGN(const SecretText text, server::read_secret_file(files.path(client_file(name))));
    TRY_ASSIGN(json::object client, parse_json_object(text.reveal()));
    TRY(ignore_conflict(run_blocking(
        server::admin::create_client(session.tools(), session.actor(), issuer, registration_of(std::move(client))))));
  }
  return {};
}

Result<void> register_users(const Session& session, const NewFiles& files) {
  const auto& issuer = session.config().issuers.front();
  const auto& login = session.config().login;
  for (const auto name : kUserNames) {
    const auto known = run_blocking(session.tools().store.accounts.find_by_username(issuer.id, std::string(name)));
    if (!known) return std::unexpected(known.error());
    if (*known) continue;
    TRY_ASSIGN(const SecretText password, server::read_secret_file(files.path(password_file(name))));
    TRY(ignore_conflict(run_blocking(server::admin::create_account(
        session.tools(), session.actor(), issuer.id, make_account(name, password),
        {.iterations = login.password_iterations, .memory_bytes = login.password_memory_bytes}))));
  }
  return {};
}

}  // namespace signet::apps
