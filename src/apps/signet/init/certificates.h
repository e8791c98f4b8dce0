#pragma once
// The development certificate authority of `signet init` and the certificates it gives.

#include "apps/signet/init/new_files.h"
#include "base/clock.h"
#include "base/random.h"
#include "x509/issue.h"

namespace signet::apps {

/// NAME.pem and NAME.key in a folder.
struct Identity {
  x509::Certificate certificate;
  crypto::PrivateKey key;
};

class DevelopmentCa {
 public:
  /// The authority in ca.pem and ca.key, made when it is not there. Fails: Unavailable, Malformed
  [[nodiscard]] static Result<DevelopmentCa> open(const NewFiles& files, Instant now, Random& random);

  /// Server certificate for localhost, the loopback addresses and `host`. Its key is RSA, so that the TLS 1.2 suites of
  /// every profile fit.
  [[nodiscard]] Result<void> make_server_certificate(const std::string& name, const std::string& host);
  /// Client certificate of an organization; the one that is there already counts.
  [[nodiscard]] Result<x509::Certificate> make_client_certificate(const std::string& name,
                                                                  const std::string& common_name,
                                                                  const std::string& organization);

 private:
  DevelopmentCa(const NewFiles& files, Identity identity, Instant now, Random& random)
      : files_(files), identity_(std::move(identity)), now_(now), random_(random) {}
  [[nodiscard]] Result<void> issue(const std::string& name, const x509::CertificateRequest& request,
                                   crypto::SignatureAlgorithm key_kind);

  const NewFiles& files_;
  Identity identity_;
  Instant now_;
  Random& random_;
};

}  // namespace signet::apps
