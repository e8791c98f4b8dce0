#pragma once
// The configuration as the server uses it: complete, typed and checked. settings.h says how it is read.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "base/url.h"
#include "oauth/profile.h"
#include "x509/chain.h"

namespace signet::server {

struct ListenerConfig {
  std::string name;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string
      certificate_file;  ///< PEM chain; empty: plain HTTP, which only a loopback address or trusted proxies may have
  std::string private_key_file;
  bool client_certificates = false;  ///< asks for a client certificate; serves the mtls_endpoint_aliases
  std::vector<std::string> trusted_proxies;
};

struct ManagementConfig {
  bool enabled = true;
  std::string address = "127.0.0.1";
  std::uint16_t port = 9440;
  std::vector<std::string> trusted_proxies;
};

/// What a level of authentication (acr) demands of a login. Spec: OIDC-2, RFC8176
struct LevelConfig {
  std::string acr;                  ///< its value in requests and tokens
  std::int64_t categories = 1;      ///< of knowledge, possession and inherence that were proven independently
  bool phishing_resistant = false;  ///< one factor cannot be relayed by a look-alike site
  bool hardware = false;            ///< one factor's key is attested to live in hardware
  std::string assurance;            ///< the level of another scheme it stands for, for audit records: "substantial"
};

struct IssuerConfig {
  std::string id;                     ///< short name, the key of the [issuers.ID] table and of every database row
  std::string url;                    ///< the issuer identifier, exactly as clients know it
  std::string mtls_url;               ///< base of the mtls_endpoint_aliases; empty: none
  bool mutual_tls = true;             ///< derived: can a client's certificate reach this issuer?
  std::string display_name;           ///< shown on the login and consent pages
  std::string theme_directory;        ///< see authn/theme.h; empty: the program's own look
  std::string default_locale = "en";  ///< language of the pages when nobody prefers another one
  const oauth::Profile* profile = nullptr;
  std::vector<std::string> scopes;                       ///< offered beside the OpenID Connect ones
  std::vector<std::string> authorization_details_types;  ///< offered of those that are known (RFC 9396)
  std::vector<std::string> acr_values;                   ///< the levels a login can reach, weakest first
  std::vector<LevelConfig> levels;                       ///< what each of them demands, in the same order
  std::vector<std::string> default_resource;  ///< audience of tokens when none is asked for; empty: the issuer itself
  std::string client_certificate_ca_file;     ///< PEM anchors for tls_client_auth
  std::string webauthn_rp_id;                 ///< of passkeys; empty: the host of `url`
  std::vector<std::string> webauthn_origins;  ///< where passkeys may be used beside the issuer's own pages
  bool require_dpop_nonce = false;
  bool hypermedia_authentication = false;  ///< clients registered for it may log their users in without a browser
  std::vector<crypto::SignatureAlgorithm> signing_algorithms;  ///< keys the issuer keeps, the first is the default
  // Lifetimes: the profile's unless set here.
  Duration access_token_lifetime{};
  Duration refresh_token_lifetime{};
  Duration authorization_code_lifetime{};
  Duration request_uri_lifetime{};
  Duration key_rotation_interval = days{90};
};

/// How a gateway asks about a request of its client.
enum class GatewayContract { Envoy, ForwardAuth, AuthRequest };

/// An API behind a gateway of others, which asks /gateway/check/NAME about every call.
struct ProtectedResourceConfig {
  std::string name;
  std::string issuer;      ///< its id
  std::string audience;    ///< must be in the token's `aud`
  std::string public_url;  ///< origin under which clients call the API; default: that of the audience
  std::vector<std::string> scopes;
  std::vector<std::string> accept;  ///< of dpop, mtls, bearer
  GatewayContract contract = GatewayContract::ForwardAuth;
  bool require_dpop_nonce = false;
  Duration dpop_proof_lifetime = seconds{60};
  std::vector<std::string> acr_values;
  Duration max_age{};  ///< zero: any
  std::string realm;
  std::string resource_metadata;
};

struct LoginConfig {
  Duration session_idle = minutes{30};
  Duration account_idle = minutes{5};  ///< of the account pages
  bool enrolment_at_login = true;      ///< who has no second factor makes one when a login needs it
  Duration session_absolute = hours{12};
  unsigned password_threads = 1;
  std::size_t password_queue = 200;
  std::string geo_database;  ///< in MaxMind's format; empty: where users are is unknown
  unsigned password_iterations = 2;
  std::size_t password_memory_bytes = 19 * 1024 * 1024;
  std::size_t password_min_length = 12;  ///< Unicode code points
  std::string breached_passwords_file;   ///< see authn/breached_passwords.h; empty: none
};

/// Which passkeys may be enrolled.
struct WebauthnConfig {
  bool direct_attestation = false;           ///< ask authenticators which model they are
  std::vector<std::string> allowed_aaguids;  ///< UUIDs; when there are any, only attested models among them
  std::vector<std::string> denied_aaguids;
  std::string trust_anchors_file;
  std::optional<x509::TrustAnchors> trust_anchors;  ///< the certificates of that file

  /// Without both a passkey can say of itself whatever it likes.
  [[nodiscard]] bool can_prove_hardware() const { return direct_attestation && !trust_anchors_file.empty(); }
};

/// How one-time codes travel by e-mail; without a URL they do not.
struct MailConfig {
  std::string url = {};
  std::string from = {};
  std::string username = {};
  SecretText password = {};  ///< from a file
  Duration timeout = seconds{10};
};

/// How one-time codes travel by SMS: by a program or by a URL, or not at all.
struct SmsConfig {
  std::string command = {};
  std::string url = {};
  Duration timeout = seconds{10};
};

struct Config {
  std::string data_directory = "data";
  std::string database_file;  ///< default: <data_directory>/signet.db
  SecretText master_key;      ///< 32 bytes as 64 hex characters, from a file
  SecretText pairwise_salt;   ///< from a file; default: derived from the master key
  std::string log_level = "info";
  std::string log_format = "auto";  ///< json, text, or auto: text when standard error is a terminal
  unsigned threads = 0;
  Duration shutdown_grace = seconds{5};
  std::vector<ListenerConfig> listeners;
  ManagementConfig management;
  std::vector<IssuerConfig> issuers;
  std::vector<ProtectedResourceConfig> protected_resources;
  std::vector<LevelConfig> levels;  ///< of [levels.NAME]; issuers refer to them by their acr
  LoginConfig login;
  WebauthnConfig webauthn;
  MailConfig mail;
  SmsConfig sms;
  bool outbound_allow_private_addresses = false;
  std::string outbound_ca_file;  ///< extra trust anchors for jwks_uri and sector_identifier_uri
};

/// What each acr of an issuer demands: its table in [levels.*], else what its place among the issuer's levels suggests:
/// one category for the first, two from there on, and phishing resistance from the third on.
[[nodiscard]] std::vector<LevelConfig> levels_of(const IssuerConfig& issuer, const std::vector<LevelConfig>& known);

}  // namespace signet::server
