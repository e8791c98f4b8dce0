// The settings table. One row is one key: its type, default and meaning for people, and the member of Config it fills.

#include <limits>

#include "base/text.h"
#include "server/configuration/draft.h"

namespace signet::server {
namespace {

// The part of the configuration that a member belongs to; `name` is the table's name where it has one.
template <class Part>
Part& part_of(Draft& draft, std::string_view name);
template <>
Config& part_of<Config>(Draft& draft, std::string_view) {
  return draft.config;
}
template <>
ManagementConfig& part_of<ManagementConfig>(Draft& draft, std::string_view) {
  return draft.config.management;
}
template <>
LoginConfig& part_of<LoginConfig>(Draft& draft, std::string_view) {
  return draft.config.login;
}
template <>
WebauthnConfig& part_of<WebauthnConfig>(Draft& draft, std::string_view) {
  return draft.config.webauthn;
}
template <>
MailConfig& part_of<MailConfig>(Draft& draft, std::string_view) {
  return draft.config.mail;
}
template <>
SmsConfig& part_of<SmsConfig>(Draft& draft, std::string_view) {
  return draft.config.sms;
}
template <>
ListenerConfig& part_of<ListenerConfig>(Draft& draft, std::string_view name) {
  return draft.listeners[std::string(name)];
}
template <>
IssuerConfig& part_of<IssuerConfig>(Draft& draft, std::string_view name) {
  return draft.issuers[std::string(name)];
}
template <>
ProtectedResourceConfig& part_of<ProtectedResourceConfig>(Draft& draft, std::string_view name) {
  return draft.protected_resources[std::string(name)];
}
template <>
LevelConfig& part_of<LevelConfig>(Draft& draft, std::string_view name) {
  return draft.levels[std::string(name)];
}
template <>
Draft& part_of<Draft>(Draft& draft, std::string_view) {
  return draft;
}

std::string store(std::string& member, const SettingValue& value) {
  return member = value.text, std::string();
}
std::string store(bool& member, const SettingValue& value) {
  return member = value.boolean, std::string();
}
std::string store(Duration& member, const SettingValue& value) {
  return member = value.duration, std::string();
}
std::string store(std::vector<std::string>& member, const SettingValue& value) {
  return member = value.list, std::string();
}
template <std::unsigned_integral Number>
std::string store(Number& member, const SettingValue& value) {
  if (std::cmp_greater(value.integer, std::numeric_limits<Number>::max())) {
    return "must be at most " + std::to_string(std::numeric_limits<Number>::max());
  }
  member = static_cast<Number>(value.integer);
  return {};
}

template <class Part, class Member>
Part part_type(Member Part::*);

/// Stores the value in a member of the part it belongs to.
template <auto Member>
std::string set(Draft& draft, std::string_view name, const SettingValue& value) {
  using Part = decltype(part_type(Member));
  return store(part_of<Part>(draft, name).*Member, value);
}

std::string set_port(std::uint16_t& port, const SettingValue& value) {
  if (value.integer < 1 || value.integer > 65535) return "must be a port from 1 to 65535";
  port = static_cast<std::uint16_t>(value.integer);
  return {};
}

std::string set_listener_port(Draft& draft, std::string_view name, const SettingValue& value) {
  return set_port(part_of<ListenerConfig>(draft, name).port, value);
}

std::string set_management_port(Draft& draft, std::string_view, const SettingValue& value) {
  return set_port(draft.config.management.port, value);
}

std::string one_of(std::string& member, const std::string& text, const std::vector<std::string>& allowed) {
  if (!contains(allowed, text)) return "must be one of " + join(allowed, ", ");
  member = text;
  return {};
}

std::string set_log_level(Draft& draft, std::string_view, const SettingValue& value) {
  return one_of(draft.config.log_level, value.text, {"debug", "info", "warning", "error"});
}

std::string set_log_format(Draft& draft, std::string_view, const SettingValue& value) {
  return one_of(draft.config.log_format, value.text, {"auto", "json", "text"});
}

std::string set_profile(Draft& draft, std::string_view name, const SettingValue& value) {
  const auto* profile = oauth::find_profile(value.text);
  part_of<IssuerConfig>(draft, name).profile = profile;
  if (profile != nullptr) return {};
  std::vector<std::string> names;
  for (const auto& known : oauth::profiles()) names.emplace_back(known.name);
  return "must be one of " + join(names, ", ");
}

std::string set_signing_algorithms(Draft& draft, std::string_view name, const SettingValue& value) {
  auto& algorithms = part_of<IssuerConfig>(draft, name).signing_algorithms;
  for (const auto& text : value.list) {
    const auto algorithm = crypto::find_signature_algorithm(text);
    if (!algorithm) return "has no algorithm called \"" + text + "\"; ES256, PS256, RS256 and EdDSA are common ones";
    algorithms.push_back(*algorithm);
  }
  return {};
}

std::string set_password_memory(Draft& draft, std::string_view, const SettingValue& value) {
  if (value.integer < 8 || value.integer > 4096) return "must be from 8 to 4096 (MiB)";
  draft.config.login.password_memory_bytes = static_cast<std::size_t>(value.integer) * 1024 * 1024;
  return {};
}

std::string set_categories(Draft& draft, std::string_view name, const SettingValue& value) {
  if (value.integer < 1 || value.integer > 3) return "must be 1, 2 or 3";
  part_of<LevelConfig>(draft, name).categories = value.integer;
  return {};
}

std::string set_attestation(Draft& draft, std::string_view, const SettingValue& value) {
  draft.config.webauthn.direct_attestation = value.text == "direct";
  return value.text == "none" || value.text == "direct" ? std::string() : "must be none or direct";
}

std::string set_contract(Draft& draft, std::string_view name, const SettingValue& value) {
  auto& contract = part_of<ProtectedResourceConfig>(draft, name).contract;
  if (value.text == "envoy") {
    contract = GatewayContract::Envoy;
  } else if (value.text == "forward_auth") {
    contract = GatewayContract::ForwardAuth;
  } else if (value.text == "auth_request") {
    contract = GatewayContract::AuthRequest;
  } else {
    return "must be one of envoy, forward_auth, auth_request";
  }
  return {};
}

using enum SettingType;

const SettingRow kRows[] = {
    {{"server.data_directory", Path, "data", "Folder of everything the server writes. It is made when it is missing."},
     set<&Config::data_directory>},
    {{"server.threads", Integer, "0", "Threads that serve requests; 0 takes one for each core."},
     set<&Config::threads>},
    {{"server.shutdown_grace", Duration, "5s", "How long running requests may take to finish when the server stops."},
     set<&Config::shutdown_grace>},

    {{"database.file", Path, "<data_directory>/signet.db", "The SQLite database."}, set<&Config::database_file>},

    {{"secrets.master_key_file", SecretFile, "",
      "Required. The key that seals signing keys at rest: 64 hex characters, made by `signet keys make-master-key "
      "FILE`. "
      "Without it the stored keys are lost."},
     set<&Draft::master_key_file>},
    {{"secrets.pairwise_salt_file", SecretFile, "derived from the master key",
      "Salt of pairwise subject identifiers, at least 32 characters. Changing it gives every user of a pairwise client "
      "a new "
      "`sub`."},
     set<&Draft::pairwise_salt_file>},

    {{"listeners.*.address", Text, "127.0.0.1", "IP address to listen on; 0.0.0.0 or :: for all."},
     set<&ListenerConfig::address>},
    {{"listeners.*.port", Integer, "", "Required. TCP port, 1 to 65535."}, set_listener_port},
    {{"listeners.*.certificate_file", Path, "none",
      "TLS certificate chain in PEM, leaf first. Without it the listener speaks plain HTTP, which is allowed on a "
      "loopback "
      "address or behind trusted proxies."},
     set<&ListenerConfig::certificate_file>},
    {{"listeners.*.private_key_file", SecretFile, "none", "Private key of the certificate, PEM."},
     set<&ListenerConfig::private_key_file>},
    {{"listeners.*.client_certificates", Boolean, "false",
      "Ask for client certificates (mutual TLS). The `mtls_url` of an issuer leads to such a listener."},
     set<&ListenerConfig::client_certificates>},
    {{"listeners.*.trusted_proxies", TextList, "[]",
      "Networks (CIDR) of proxies whose Client-Cert, X-Forwarded-For and X-Forwarded-Proto fields are believed."},
     set<&ListenerConfig::trusted_proxies>},

    {{"management.enabled", Boolean, "true",
      "Serve health checks and metrics on a listener of their own (plain HTTP)."},
     set<&ManagementConfig::enabled>},
    {{"management.address", Text, "127.0.0.1", "IP address of the management listener."},
     set<&ManagementConfig::address>},
    {{"management.port", Integer, "9440", "Port of /health/live, /health/ready, /metrics and /gateway/check."},
     set_management_port},
    {{"management.trusted_proxies", TextList, "[]",
      "Networks (CIDR) of the gateways whose Client-Cert and X-Forwarded-* fields are believed at /gateway/check."},
     set<&ManagementConfig::trusted_proxies>},

    {{"issuers.*.url", Text, "",
      "Required. The issuer identifier, exactly as clients know it: https (http on loopback only), no slash at the "
      "end."},
     set<&IssuerConfig::url>},
    {{"issuers.*.mtls_url", Text, "none",
      "Base URL of the mtls_endpoint_aliases (RFC 8705), on a listener that asks for client certificates. Its path is "
      "none or the issuer's."},
     set<&IssuerConfig::mtls_url>},
    {{"issuers.*.display_name", Text, "the host of the url", "Name on the login and consent pages."},
     set<&IssuerConfig::display_name>},
    {{"issuers.*.theme_directory", Path, "none",
      "Folder with the look, the texts and the template of the pages; see [pages.md](pages.md). It is read at the "
      "start."},
     set<&IssuerConfig::theme_directory>},
    {{"issuers.*.default_locale", Text, "en",
      "Language of the pages when neither the client nor the browser asks for one that there is: en, de, fr, es, pt or "
      "one of the theme."},
     set<&IssuerConfig::default_locale>},
    {{"issuers.*.profile", Text, "fapi2_security",
      "What is demanded of every client: fapi2_security, oauth2 or openid. A client may be stricter, never laxer."},
     set_profile},
    {{"issuers.*.scopes", TextList, "[]", "Scopes offered beside those of OpenID Connect."},
     set<&IssuerConfig::scopes>},
    {{"issuers.*.authorization_details_types", TextList, "[]",
      "Types of authorization_details (RFC 9396) that clients may be registered for: payment_initiation, "
      "account_information."},
     set<&IssuerConfig::authorization_details_types>},
    {{"issuers.*.acr_values", TextList, "[]", "Levels of authentication that a login can reach, weakest first."},
     set<&IssuerConfig::acr_values>},
    {{"issuers.*.default_resource", TextList, "the issuer itself",
      "Audience (absolute URIs) of access tokens when a client asks for none."},
     set<&IssuerConfig::default_resource>},
    {{"issuers.*.client_certificate_ca_file", Path, "none",
      "PEM certificates that the certificates of tls_client_auth clients must lead to."},
     set<&IssuerConfig::client_certificate_ca_file>},
    {{"issuers.*.webauthn_rp_id", Text, "the host of the url",
      "Domain that passkeys belong to: the host of the issuer or one above it. Changing it makes every passkey "
      "worthless."},
     set<&IssuerConfig::webauthn_rp_id>},
    {{"issuers.*.webauthn_origins", TextList, "[]",
      "Origins where passkeys may be used beside the issuer's own pages: `https://login.example.com` within the "
      "domain, "
      "or `android:apk-key-hash:…` of an app."},
     set<&IssuerConfig::webauthn_origins>},
    {{"issuers.*.require_dpop_nonce", Boolean, "false", "Demand a server nonce in DPoP proofs (RFC 9449 section 8)."},
     set<&IssuerConfig::require_dpop_nonce>},
    {{"issuers.*.hypermedia_authentication", Boolean, "false",
      "Let clients with the scope urn:se:curity:scopes:haapi log their users in inside the app, without a browser."},
     set<&IssuerConfig::hypermedia_authentication>},
    {{"issuers.*.signing_algorithms", TextList, "[\"ES256\"]; with the profile openid [\"ES256\", \"RS256\"]",
      "Algorithms the issuer keeps signing keys for; the first is the default. The profile limits the choice. OpenID "
      "Connect demands RS256 of every provider."},
     set_signing_algorithms},
    {{"issuers.*.access_token_lifetime", Duration, "the profile's",
      "Life of an access token in whole seconds, at most 24h."},
     set<&IssuerConfig::access_token_lifetime>},
    {{"issuers.*.refresh_token_lifetime", Duration, "the profile's",
      "Life of a refresh token and its grant. A grant without one ends with its last access token."},
     set<&IssuerConfig::refresh_token_lifetime>},
    {{"issuers.*.authorization_code_lifetime", Duration, "the profile's",
      "Life of an authorization code: at most 60s where pushed requests are required, else at most 10m."},
     set<&IssuerConfig::authorization_code_lifetime>},
    {{"issuers.*.request_uri_lifetime", Duration, "the profile's",
      "Life of a pushed request in whole seconds; less than 10m."},
     set<&IssuerConfig::request_uri_lifetime>},
    {{"issuers.*.key_rotation_interval", Duration, "90d",
      "Age at which a signing key is replaced by the next; at least 1h."},
     set<&IssuerConfig::key_rotation_interval>},

    {{"protected_resources.*.issuer", Text, "", "Required. The ID of the issuer whose tokens the API takes."},
     set<&ProtectedResourceConfig::issuer>},
    {{"protected_resources.*.audience", Text, "",
      "Required. The API's resource identifier (absolute URI), which must be in the token's `aud`."},
     set<&ProtectedResourceConfig::audience>},
    {{"protected_resources.*.public_url", Text, "the origin of the audience",
      "Origin under which clients call the API: what their DPoP proofs are made for."},
     set<&ProtectedResourceConfig::public_url>},
    {{"protected_resources.*.scopes", TextList, "",
      "Required. Scopes that a token must have, all of them; `[]` says that none is needed."},
     set<&ProtectedResourceConfig::scopes>},
    {{"protected_resources.*.accept", TextList, "[\"dpop\"]",
      "Bindings of tokens that are accepted: dpop, mtls, bearer. mtls needs `management.trusted_proxies`; bearer means "
      "tokens without any binding."},
     set<&ProtectedResourceConfig::accept>},
    {{"protected_resources.*.contract", Text, "",
      "Required. How the gateway asks: envoy (HTTP ext_authz), forward_auth (Traefik, HAProxy) or auth_request "
      "(nginx)."},
     set_contract},
    {{"protected_resources.*.require_dpop_nonce", Boolean, "false",
      "Demand a nonce of this API in DPoP proofs (RFC 9449 section 9)."},
     set<&ProtectedResourceConfig::require_dpop_nonce>},
    {{"protected_resources.*.dpop_proof_lifetime", Duration, "60s",
      "Age at which a DPoP proof is refused, at most 5m."},
     set<&ProtectedResourceConfig::dpop_proof_lifetime>},
    {{"protected_resources.*.acr_values", TextList, "[]",
      "Levels of authentication of which the token's login must have one (RFC 9470)."},
     set<&ProtectedResourceConfig::acr_values>},
    {{"protected_resources.*.max_age", Duration, "none", "How long ago the login behind the token may be (RFC 9470)."},
     set<&ProtectedResourceConfig::max_age>},
    {{"protected_resources.*.realm", Text, "none", "Realm of the challenges."}, set<&ProtectedResourceConfig::realm>},
    {{"protected_resources.*.resource_metadata", Text, "none",
      "URL of the API's metadata (RFC 9728), named in the challenges."},
     set<&ProtectedResourceConfig::resource_metadata>},

    {{"levels.*.acr", Text, "NAME", "The level's value in requests and tokens."}, set<&LevelConfig::acr>},
    {{"levels.*.categories", Integer, "1",
      "How many of knowledge, possession and inherence must be proven by factors that do not depend on each other."},
     set_categories},
    {{"levels.*.phishing_resistant", Boolean, "false",
      "One of the factors must be worthless to a look-alike site: a passkey or a security key."},
     set<&LevelConfig::phishing_resistant>},
    {{"levels.*.hardware", Boolean, "false",
      "One of the factors must have a key that is attested to live in hardware."},
     set<&LevelConfig::hardware>},
    {{"levels.*.assurance", Text, "none",
      "The level of another scheme that this one stands for, kept in audit records: `substantial`, `AAL2`."},
     set<&LevelConfig::assurance>},

    {{"login.session_idle", Duration, "30m", "A login session ends after this long without use."},
     set<&LoginConfig::session_idle>},
    {{"login.account_idle", Duration, "5m", "The account pages ask for another sign-in after this long without use."},
     set<&LoginConfig::account_idle>},
    {{"login.enrolment_at_login", Boolean, "true",
      "Whoever has no second factor yet enrols one when a login needs it. Otherwise such a login fails."},
     set<&LoginConfig::enrolment_at_login>},
    {{"login.session_absolute", Duration, "12h", "A login session ends after this long in any case."},
     set<&LoginConfig::session_absolute>},
    {{"login.password_threads", Integer, "1", "Threads that check passwords."}, set<&LoginConfig::password_threads>},
    {{"login.password_queue", Integer, "200", "Logins that may wait for these threads; more are answered 503."},
     set<&LoginConfig::password_queue>},
    {{"login.password_iterations", Integer, "2", "Argon2id passes of new password hashes."},
     set<&LoginConfig::password_iterations>},
    {{"login.password_memory_mib", Integer, "19", "Argon2id memory of new password hashes, in MiB."},
     set_password_memory},
    {{"login.password_min_length", Integer, "12",
      "Least characters of a password that a user sets, from 8 to 64: 8 do beside a second factor, 15 are better "
      "without "
      "one. Every character of Unicode counts as one; none is demanded, forbidden or changed into another form."},
     set<&LoginConfig::password_min_length>},
    {{"login.breached_passwords_file", Path, "none",
      "List of passwords that no user may set: lines `SHA1HEX` or `SHA1HEX:COUNT`, sorted, of any size (the public "
      "lists "
      "\"ordered by hash\"). It is searched in place and opened at the start."},
     set<&LoginConfig::breached_passwords_file>},
    {{"login.geo_database", Path, "none",
      "A database in MaxMind's format (city or country) that tells policies where an address is."},
     set<&LoginConfig::geo_database>},

    {{"webauthn.attestation", Text, "none",
      "`direct` asks a new passkey which model it is and whether its key lives in hardware; `none` does not ask."},
     set_attestation},
    {{"webauthn.allowed_aaguids", TextList, "[]",
      "Models (UUIDs) that may be enrolled, and nothing else. Needs `direct` and trust anchors."},
     set<&WebauthnConfig::allowed_aaguids>},
    {{"webauthn.denied_aaguids", TextList, "[]", "Models (UUIDs) that may not be enrolled."},
     set<&WebauthnConfig::denied_aaguids>},
    {{"webauthn.trust_anchors_file", Path, "none",
      "PEM certificates that attestations must lead to before a passkey counts as hardware."},
     set<&WebauthnConfig::trust_anchors_file>},

    {{"mail.url", Text, "none",
      "Mail server that brings one-time codes: `smtps://HOST[:PORT]`, or `smtp://HOST[:PORT]`, which must offer "
      "STARTTLS "
      "unless it is on loopback."},
     set<&MailConfig::url>},
    {{"mail.from", Text, "", "Required beside `mail.url`. Address of the sender, for example no-reply@example.com."},
     set<&MailConfig::from>},
    {{"mail.username", Text, "none", "Name to log in to the mail server with."}, set<&MailConfig::username>},
    {{"mail.password_file", SecretFile, "none", "Password to log in to the mail server with."},
     set<&Draft::mail_password_file>},
    {{"mail.timeout", Duration, "10s", "How long a mail may take, waiting included; at most 1m."},
     set<&MailConfig::timeout>},

    {{"sms.command", Path, "none",
      "Program that sends an SMS: it is given the number (`+` and digits) as its one argument and the text on standard "
      "input, without a shell and with no other environment than `PATH`. Exit code 0 means that it was sent."},
     set<&SmsConfig::command>},
    {{"sms.url", Text, "none",
      "URL that sends an SMS, instead of `sms.command`: it is sent a POST with `{\"recipient\": …, \"text\": …}` and "
      "answers 2xx. https, or http on loopback."},
     set<&SmsConfig::url>},
    {{"sms.timeout", Duration, "10s", "How long an SMS may take, waiting included; at most 1m."},
     set<&SmsConfig::timeout>},

    {{"outbound.allow_private_addresses", Boolean, "false",
      "Let `jwks_uri` and `sector_identifier_uri` lead to loopback and private networks. For test systems."},
     set<&Config::outbound_allow_private_addresses>},
    {{"outbound.ca_file", Path, "none", "PEM certificates trusted for outgoing requests beside the system's."},
     set<&Config::outbound_ca_file>},

    {{"log.level", Text, "info",
      "Least level that is written: debug (each request, and why one was refused), info, warning or error."},
     set_log_level},
    {{"log.format", Text, "auto", "json, text, or auto: text when standard error is a terminal."}, set_log_format},
};

}  // namespace

std::span<const SettingRow> setting_rows() {
  return kRows;
}

std::span<const Setting> settings() {
  static const auto kSettings = [] {
    std::vector<Setting> list;
    for (const auto& row : kRows) list.push_back(row.setting);
    return list;
  }();
  return kSettings;
}

}  // namespace signet::server
