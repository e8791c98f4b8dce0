#include "apps/signet/init/plan.h"

#include <algorithm>

#include "apps/signet/init/fill_in.h"
#include "base/url.h"

namespace signet::apps {
namespace {

constexpr std::uint64_t kLeastPort = 1024;
constexpr std::uint64_t kMostPort = 65535 - 5;

/// host and port as they stand in a URL; IPv6 addresses in brackets.
std::string at_port(const std::string& host, std::uint16_t port) {
  return "https://" + (host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

Result<Plan> make_plan(std::string issuer_url, std::uint64_t port_base) {
  if (port_base < kLeastPort || port_base > kMostPort) {
    return fail(ErrorCode::InvalidRequest, "The port base must be between 1024 and 65530.",
                "six ports in a row are used: --port-base 8443 takes 8443 to 8448");
  }
  Plan plan;
  plan.port_base = static_cast<std::uint16_t>(port_base);
  plan.issuer_url = issuer_url.empty() ? at_port("localhost", plan.https_port()) : std::move(issuer_url);
  const auto url = parse_url(plan.issuer_url);
  if (!url || !url->is_https() || url->has_query || url->has_fragment || !url->userinfo.empty() ||
      plan.issuer_url.ends_with('/') || plan.issuer_url.find_first_of("\"\\") != std::string::npos) {
    return fail(ErrorCode::InvalidRequest, "The issuer URL must be https, without a slash at its end.",
                "for example --issuer-url https://login.example.com");
  }
  plan.host = url->host;
  plan.mtls_url = at_port(plan.host, plan.mtls_port()) + (url->path == "/" ? "" : url->path);
  plan.bank_url = at_port(url->is_loopback() ? plan.host : "localhost", plan.gateway_port());
  return plan;
}

Result<Plan> read_plan(const server::Config& config) {
  const auto https = std::ranges::find(config.listeners, "https", &server::ListenerConfig::name);
  return make_plan(config.issuers.front().url, https == config.listeners.end() ? kDefaultPortBase : https->port);
}

std::string render_server_settings(const Plan& plan) {
  return fill_in(R"(# Signet's settings, made by `signet init`. Every key with its meaning: `signet config-reference`.
# After a change: `signet check-config -c signet.toml`, then start the server again. Relative paths start at this folder.

[server]
data_directory = "."                    # the database signet.db stands beside this file

[secrets]
master_key_file = "master.key"          # seals the signing keys in the database; keep a copy somewhere else

# Browsers and clients with signed assertions come here. For other machines: address = "0.0.0.0".
[listeners.https]
address = "127.0.0.1"
port = @HTTPS_PORT@
certificate_file = "localhost.pem"      # from the development CA in ca.pem; replace both for real use
private_key_file = "localhost.key"

# Clients with a certificate come here: the mtls_endpoint_aliases of the server's metadata.
[listeners.mtls]
address = "127.0.0.1"
port = @MTLS_PORT@
certificate_file = "localhost.pem"
private_key_file = "localhost.key"
client_certificates = true

# /health/live, /health/ready and /metrics, for this machine only.
[management]
port = @MANAGEMENT_PORT@

[issuers.main]
url = "@ISSUER@"
mtls_url = "@MTLS_URL@"
display_name = "Signet demo bank"
profile = "fapi2_security"              # FAPI 2.0 Security Profile; the others are oauth2 and openid
scopes = ["accounts", "payments"]       # beside those of OpenID Connect
authorization_details_types = ["payment_initiation", "account_information"]  # RFC 9396: what clients may ask for in detail
hypermedia_authentication = true        # clients registered for it may log users in inside the app: signet login --in-app
client_certificate_ca_file = "ca.pem"   # whose certificates tls_client_auth clients must have
acr_values = ["single", "strong"]       # what a client may ask for, weakest first; each is a table of its own

# A password will do.
[levels.single]
categories = 1

# Two of what one knows, has and is, by factors that do not depend on each other. For passkeys only: phishing_resistant = true.
[levels.strong]
categories = 2
assurance = "substantial"               # what it stands for in audit records
)",
                 {{"HTTPS_PORT", std::to_string(plan.https_port())},
                  {"MTLS_PORT", std::to_string(plan.mtls_port())},
                  {"MANAGEMENT_PORT", std::to_string(plan.management_port())},
                  {"ISSUER", plan.issuer_url},
                  {"MTLS_URL", plan.mtls_url}});
}

std::string render_bank_settings(const Plan& plan) {
  return fill_in(R"(# The demo API's settings, made by `signet init`. Relative paths start at this folder.
resource = "@BANK_URL@"   # the audience of its tokens, and its address: the gateway's
name = "Signet demo bank"
issuer = "@ISSUER@"     # whose tokens it accepts
ca_file = "ca.pem"

# What was booked on an account is shown after a strong login only; signet call says how to get one (RFC 9470).
transactions_acr_values = ["strong"]

# It stands behind the gateway (nginx.conf), takes the gateway's phantom tokens with the proven key, and nothing else.
[gateway]
client_id = "demo-gateway"

# Plain HTTP on this machine, where only the gateway calls: its word about keys and certificates is believed.
[listeners.inner]
address = "127.0.0.1"
port = @BANK_PORT@
trusted_proxies = ["127.0.0.1/32"]

# Without a gateway the bank checks proofs and certificates itself. Take the two tables above away then, write
#   client_file = "clients/demo-bank.json"  # who the bank is when it asks the issuer about a token
#   introspect_jwt = true                   # ask about JWT tokens as well, so that a revocation is seen at once
# below ca_file, and this at the end:
#   [listeners.api]
#   address = "127.0.0.1"
#   port = @GATEWAY_PORT@
#   certificate_file = "localhost.pem"
#   private_key_file = "localhost.key"
#   client_certificates = true              # asked for, not demanded: tokens are bound to a certificate or to a DPoP key
)",
                 {{"BANK_URL", plan.bank_url},
                  {"ISSUER", plan.issuer_url},
                  {"BANK_PORT", std::to_string(plan.bank_port())},
                  {"GATEWAY_PORT", std::to_string(plan.gateway_port())}});
}

std::string render_sample_policy() {
  return R"({
  "policy": "login",
  "rules": [
    {
      "name": "payments",
      "when": {"fact": "payment", "known": true},
      "then": {"categories": 2, "max_age": 300}
    },
    {
      "name": "a device that is new",
      "when": {"fact": "known_device", "is": false},
      "then": {"notify": true}
    },
    {
      "name": "guessing",
      "when": {"any": [{"fact": "failures_account", "at_least": 5}, {"fact": "failures_address", "at_least": 20}]},
      "then": {"categories": 2, "hold": 10}
    },
    {
      "name": "the threat is raised",
      "when": {"fact": "threat_level", "at_least": 2},
      "then": {"categories": 2, "step": "notice"}
    },
    {
      "name": "the threat is at its highest",
      "when": {"fact": "threat_level", "at_least": 4},
      "then": {"phishing_resistant": true}
    }
  ]
}
)";
}

}  // namespace signet::apps
