// Rules for [webauthn] and for the domain and origins of an issuer's passkeys. Spec: WEBAUTHN-5.4, WEBAUTHN-7.1
#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "server/configuration/draft.h"

namespace signet::server {
namespace {

constexpr std::string_view kAndroid = "android:apk-key-hash:";

/// "f8a011f3-8c0a-4d15-8006-17111f9edc7d"
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : hex_digit(text[i]) < 0) return false;
  }
  return true;
}

void check_aaguids(Draft& draft, std::string_view key, const std::vector<std::string>& aaguids) {
  for (const auto& aaguid : aaguids) {
    if (!is_uuid(aaguid)) draft.add_problem(std::string(key), "\"" + aaguid + "\" is not a UUID");
  }
}

/// Is the host the domain itself or below it?
bool is_within(std::string_view host, std::string_view domain) {
  return host == domain || (host.ends_with(domain) && host.substr(0, host.size() - domain.size()).ends_with('.'));
}

void check_rp_id(Draft& draft, const IssuerConfig& issuer, std::string_view host) {
  const std::string& rp_id = issuer.webauthn_rp_id;
  if (rp_id.empty()) return;
  // A name without a dot would be a whole top-level domain, which browsers refuse.
  if (!is_within(host, rp_id) || (rp_id != host && !rp_id.contains('.'))) {
    draft.add_problem("issuers." + issuer.id + ".webauthn_rp_id",
                      "must be the host of the issuer or a domain above it");
  }
}

void check_origin(Draft& draft, const IssuerConfig& issuer, const std::string& origin, std::string_view rp_id) {
  if (origin.starts_with(kAndroid) && origin.size() > kAndroid.size() && is_visible_ascii(origin)) return;
  const auto url = parse_url(origin);
  const bool is_safe = url && (url->is_https() || (url->scheme == "http" && url->is_loopback()));
  if (is_safe && url->origin() == origin && is_within(url->host, rp_id)) return;
  draft.add_problem("issuers." + issuer.id + ".webauthn_origins",
                    "\"" + origin + "\" must be an https origin within the domain of the passkeys, such as https://" +
                        std::string(rp_id) + ", or android:apk-key-hash:…");
}

}  // namespace

void check_webauthn(Draft& draft) {
  const WebauthnConfig& webauthn = draft.config.webauthn;
  check_aaguids(draft, "webauthn.allowed_aaguids", webauthn.allowed_aaguids);
  check_aaguids(draft, "webauthn.denied_aaguids", webauthn.denied_aaguids);
  if (!webauthn.allowed_aaguids.empty() && !webauthn.can_prove_hardware()) {
    draft.add_problem("webauthn.allowed_aaguids",
                      "needs webauthn.attestation = \"direct\" and webauthn.trust_anchors_file: what a model says of "
                      "itself proves nothing");
  }
  for (const auto& [name, level] : draft.levels) {
    if (!level.hardware || webauthn.can_prove_hardware()) continue;
    draft.add_problem("levels." + name + ".hardware",
                      "needs webauthn.attestation = \"direct\" and webauthn.trust_anchors_file: no passkey could reach "
                      "this level");
  }
  for (const auto& [name, issuer] : draft.issuers) {
    const auto url = parse_url(issuer.url);
    if (!url) continue;
    check_rp_id(draft, issuer, url->host);
    const std::string_view rp_id = issuer.webauthn_rp_id.empty() ? url->host : issuer.webauthn_rp_id;
    for (const auto& origin : issuer.webauthn_origins) check_origin(draft, issuer, origin, rp_id);
  }
}

}  // namespace signet::server
