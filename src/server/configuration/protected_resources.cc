// Rules over [protected_resources.*]: a gateway that asks with a setting missing or contradictory would let calls pass
// that nobody meant, so none of them has a default that allows more.

#include <algorithm>

#include "base/text.h"
#include "oauth/core_rfc6749.h"
#include "server/configuration/draft.h"

namespace signet::server {
namespace {

constexpr Duration kLongestProofLifetime = minutes{5};
constexpr std::size_t kLongestRealm = 200;
const std::vector<std::string> kBindings = {"dpop", "mtls", "bearer"};

class Checker {
 public:
  Checker(Draft& draft, const ProtectedResourceConfig& resource) : draft_(draft), resource_(resource) {}

  void check() {
    check_issuer();
    check_audience();
    check_public_url();
    check_names("scopes", resource_.scopes);
    check_names("acr_values", resource_.acr_values);
    for (const char* const required : {"scopes", "contract"}) {
      if (!was_given(required)) refuse(required, "is required");
    }
    check_accept();
    check_contract();
    check_durations();
    check_challenge();
  }

 private:
  [[nodiscard]] std::string key(std::string_view name) const {
    return "protected_resources." + resource_.name + "." + std::string(name);
  }
  [[nodiscard]] bool was_given(std::string_view name) const { return draft_.was_given(key(name)); }
  void refuse(std::string_view name, std::string text) { draft_.add_problem(key(name), std::move(text)); }
  [[nodiscard]] bool has_trusted_gateways() const { return !draft_.config.management.trusted_proxies.empty(); }

  void check_issuer() {
    if (resource_.issuer.empty()) return refuse("issuer", "is required");
    if (!draft_.issuers.contains(resource_.issuer))
      refuse("issuer", "\"" + resource_.issuer + "\" is none of the tables [issuers.ID]");
  }

  // RFC8707-2
  void check_audience() {
    if (resource_.audience.empty()) return refuse("audience", "is required");
    if (!is_absolute_uri(resource_.audience) || resource_.audience.contains('#'))
      refuse("audience", "must be an absolute URI without a fragment");
  }

  void check_public_url() {
    if (resource_.public_url.empty()) return refuse("public_url", "is required, since the audience has no origin");
    const auto url = parse_url(resource_.public_url);
    if (!url || resource_.public_url != url->origin())
      return refuse("public_url", "must be an origin such as https://api.example.com, without a path");
    if (!url->is_https() && !(url->scheme == "http" && url->is_loopback()))
      refuse("public_url", "must begin with https://; plain http is for loopback addresses only");
  }

  void check_names(std::string_view name, const std::vector<std::string>& words) {
    for (const auto& word : words) {
      if (!oauth::is_scope_token(word))
        refuse(name, "\"" + word + "\" has a space, a quote or another foreign character");
    }
  }

  void check_accept() {
    if (resource_.accept.empty()) refuse("accept", "must name at least one of " + join(kBindings, ", "));
    for (const auto& binding : resource_.accept) {
      if (!contains(kBindings, binding))
        refuse("accept", "has \"" + binding + "\", which is none of " + join(kBindings, ", "));
    }
    if (contains(resource_.accept, "mtls") && !has_trusted_gateways())
      refuse("accept", "mtls needs management.trusted_proxies: a certificate is believed from a known gateway only");
    const auto issuer = draft_.issuers.find(resource_.issuer);
    const bool is_bound = issuer != draft_.issuers.end() && issuer->second.profile != nullptr &&
                          issuer->second.profile->require_sender_constraint;
    if (contains(resource_.accept, "bearer") && is_bound)
      refuse("accept", "has bearer, but the profile of the issuer has no tokens without a binding");
  }

  void check_contract() {
    if (!draft_.config.management.enabled)
      draft_.add_problem("management.enabled", "must be true: [protected_resources] are asked about there");
    if (was_given("contract") && resource_.contract == GatewayContract::ForwardAuth && !has_trusted_gateways())
      refuse("contract", "forward_auth needs management.trusted_proxies, whose X-Forwarded-* fields tell of the call");
  }

  void check_durations() {
    const Duration lifetime = resource_.dpop_proof_lifetime;
    if (lifetime <= Duration::zero() || lifetime > kLongestProofLifetime)
      refuse("dpop_proof_lifetime", "must be longer than zero and at most " + render_duration(kLongestProofLifetime));
    if (was_given("max_age") && resource_.max_age < seconds{1}) refuse("max_age", "must be at least 1s");
  }

  void check_challenge() {
    const auto is_printable = [](char c) { return c >= 0x20 && c < 0x7f; };
    if (resource_.realm.size() > kLongestRealm || !std::ranges::all_of(resource_.realm, is_printable))
      refuse("realm", "must be at most 200 printable ASCII characters");
    if (resource_.resource_metadata.empty()) return;
    const auto url = parse_url(resource_.resource_metadata);
    if (!url || !url->is_https() || !is_visible_ascii(resource_.resource_metadata))
      refuse("resource_metadata", "must be an https URL");
  }

  Draft& draft_;
  const ProtectedResourceConfig& resource_;
};

}  // namespace

void check_protected_resources(Draft& draft) {
  for (const auto& [name, resource] : draft.protected_resources) Checker(draft, resource).check();
}

}  // namespace signet::server
