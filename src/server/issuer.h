#pragma once
// One issuer at run time: its configuration, its signing keys and the documents that follow from them.

#include <boost/smart_ptr/atomic_shared_ptr.hpp>
#include <memory>
#include <optional>
#include <string>

#include "jose/jws.h"
#include "oauth/registration_rfc7591.h"
#include "server/authn/theme.h"
#include "server/config.h"
#include "webauthn/relying_party.h"
#include "x509/chain.h"

namespace signet::server {

/// What the issuer's metadata lists as scopes_supported. Spec: RFC8414-2
[[nodiscard]] std::vector<std::string> offered_scopes(const IssuerConfig& config);

/// The signing keys of one issuer at one moment: an immutable value that is replaced as a whole on rotation.
struct KeyRing {
  std::vector<jose::Signer> current;  ///< one per algorithm
  jose::JwkSet published;             ///< current, next and retired public keys
  std::string jwks_document;

  /// The signer for an algorithm, or null when the issuer keeps no such key.
  [[nodiscard]] const jose::Signer* find(crypto::SignatureAlgorithm algorithm) const;
};

class Issuer {
 public:
  /// Fails: Malformed (URL, trust anchors, theme), NotFound, TooLarge (theme)
  [[nodiscard]] static Result<std::unique_ptr<Issuer>> make(IssuerConfig config);

  [[nodiscard]] const IssuerConfig& config() const { return config_; }
  [[nodiscard]] const std::string& id() const { return config_.id; }
  [[nodiscard]] const std::string& url() const { return config_.url; }
  [[nodiscard]] const oauth::Profile& profile() const { return *config_.profile; }
  /// Path prefix of every endpoint, "" for an issuer at the root.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// scheme://host[:port] of `url` and of `mtls_url`.
  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] const std::string& mtls_origin() const { return mtls_origin_; }
  /// The host of `url`, which is all that cookies know of an issuer.
  [[nodiscard]] const std::string& host() const { return host_; }
  /// Does a Host field name the origin of `url`, or that of `mtls_url`? Spec: RFC9110-4.2.3
  [[nodiscard]] bool is_at(std::string_view authority) const;
  [[nodiscard]] bool is_at_mtls(std::string_view authority) const;
  /// Public URL of an endpoint, for metadata and for `htu`.
  [[nodiscard]] std::string endpoint_url(std::string_view endpoint_path, bool mtls = false) const;
  /// The OpenID Connect and RFC 8414 documents, rendered once.
  [[nodiscard]] const std::string& metadata_document() const { return metadata_document_; }
  [[nodiscard]] const x509::TrustAnchors* client_anchors() const {
    return client_anchors_ ? &*client_anchors_ : nullptr;
  }

  /// Of `offered_scopes`.
  [[nodiscard]] const std::vector<std::string>& scopes() const { return scopes_; }
  [[nodiscard]] const authn::Themes& themes() const { return themes_; }
  /// Who passkeys are made for. Its id is empty where browsers have none: at an address instead of a name.
  [[nodiscard]] const webauthn::RelyingParty& relying_party() const { return relying_party_; }

  /// The keys of this moment; a request works with one ring to its end.
  [[nodiscard]] boost::shared_ptr<const KeyRing> keys() const { return keys_.load(); }
  void set_keys(std::unique_ptr<const KeyRing> keys) { keys_.store(std::move(keys)); }
  /// Of these keys the one that signs for a client: of the algorithm `wanted`, else of the issuer's default.
  /// Fails: UnauthorizedClient with `refusal` (there is no such key any more), Bug
  [[nodiscard]] Result<const jose::Signer*> choose_signer(const KeyRing& keys,
                                                          std::optional<crypto::SignatureAlgorithm> wanted,
                                                          PublicText refusal) const;

 private:
  explicit Issuer(IssuerConfig config) : config_(std::move(config)) {}
  IssuerConfig config_;
  std::string path_;
  std::string origin_;
  std::string mtls_origin_;
  std::string host_;
  std::string metadata_document_;
  std::vector<std::string> scopes_;
  std::optional<x509::TrustAnchors> client_anchors_;
  authn::Themes themes_;
  webauthn::RelyingParty relying_party_;
  // Not std::atomic: a load of libstdc++ 12 gives its lock back without release, so that a store may overtake it.
  boost::atomic_shared_ptr<const KeyRing> keys_;
};

/// The audience of the tokens with which apps drive logins. Nothing else has it: the issuer's own URL is the audience
/// of APIs that have no name of their own.
[[nodiscard]] std::string login_audience(const Issuer& issuer);

/// The scopes that may be granted to this client: its registered ones, as far as the issuer offers them today.
/// `offline_access` is nothing to a client that may not refresh (OIDC-11).
[[nodiscard]] std::vector<std::string> allowed_scopes(const oauth::ClientMetadata& client, const Issuer& issuer);

/// The audiences tokens of this client may have: its registered ones, else the issuer's default, else the issuer
/// itself.
[[nodiscard]] std::vector<std::string> allowed_resources(const oauth::ClientMetadata& client, const Issuer& issuer);

}  // namespace signet::server
