#include "apps/signet/init/certificates.h"

#include "base/url.h"
#include "net/address.h"
#include "server/configuration/secret_file.h"

namespace signet::apps {
namespace {

constexpr Duration kAuthorityLifetime = days{3650};
constexpr Duration kCertificateLifetime = days{397};  ///< the most that browsers accept
constexpr Duration kClockDifference = hours{1};

x509::CertificateRequest request_for(std::string common_name, std::string organization, Instant now,
                                     Duration lifetime) {
  x509::CertificateRequest request;
  request.common_name = std::move(common_name);
  request.organization = std::move(organization);
  request.not_before = now - kClockDifference;
  request.not_after = now + lifetime;
  return request;
}

Result<Identity> read_identity(const NewFiles& files, const std::string& name) {
  TRY_ASSIGN(const std::string pem, server::read_text_file(files.path(name + ".pem")));
  TRY_ASSIGN(auto certificate, x509::Certificate::from_pem(pem));
  TRY_ASSIGN(const SecretText key_pem, server::read_secret_file(files.path(name + ".key")));
  TRY_ASSIGN(auto key, crypto::PrivateKey::from_pem(key_pem));
  return Identity{std::move(certificate), std::move(key)};
}

/// The key first: a certificate without its key would look complete.
Result<void> write_identity(const NewFiles& files, const std::string& name, const Identity& identity) {
  TRY(files.write_secret(name + ".key", identity.key.to_pem()));
  return files.write(name + ".pem", x509::to_pem(identity.certificate));
}

bool is_complete(const NewFiles& files, const std::string& name) {
  return files.has(name + ".pem") && files.has(name + ".key");
}

}  // namespace

Result<DevelopmentCa> DevelopmentCa::open(const NewFiles& files, Instant now, Random& random) {
  if (is_complete(files, "ca")) {
    TRY_ASSIGN(Identity identity, read_identity(files, "ca"));
    return DevelopmentCa(files, std::move(identity), now, random);
  }
  auto request = request_for("Signet development CA", "", now, kAuthorityLifetime);
  request.is_ca = true;
  TRY_ASSIGN(auto key, crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
  TRY_ASSIGN(auto certificate, x509::issue_certificate(request, key.public_key(), key, nullptr, random));
  Identity identity{std::move(certificate), std::move(key)};
  TRY(write_identity(files, "ca", identity));
  return DevelopmentCa(files, std::move(identity), now, random);
}

Result<void> DevelopmentCa::issue(const std::string& name, const x509::CertificateRequest& request,
                                  crypto::SignatureAlgorithm key_kind) {
  TRY_ASSIGN(auto key, crypto::PrivateKey::generate(key_kind));
  TRY_ASSIGN(auto certificate,
             x509::issue_certificate(request, key.public_key(), identity_.key, &identity_.certificate, random_));
  return write_identity(files_, name, {std::move(certificate), std::move(key)});
}

Result<void> DevelopmentCa::make_server_certificate(const std::string& name, const std::string& host) {
  if (is_complete(files_, name)) return {};
  auto request = request_for("localhost", "", now_, kCertificateLifetime);
  request.server_auth = true;
  request.names.dns = {"localhost"};
  request.names.ip = {"127.0.0.1", "::1"};
  const bool is_address = net::IpAddress::parse(host).has_value();
  auto& names = is_address ? request.names.ip : request.names.dns;
  if (std::ranges::find(names, host) == names.end()) names.push_back(host);
  return issue(name, request, crypto::SignatureAlgorithm::PS256);
}

Result<x509::Certificate> DevelopmentCa::make_client_certificate(const std::string& name,
                                                                 const std::string& common_name,
                                                                 const std::string& organization) {
  if (!is_complete(files_, name)) {
    auto request = request_for(common_name, organization, now_, kCertificateLifetime);
    request.client_auth = true;
    TRY(issue(name, request, crypto::SignatureAlgorithm::ES256));
  }
  TRY_ASSIGN(Identity identity, read_identity(files_, name));
  return std::move(identity.certificate);
}

}  // namespace signet::apps
