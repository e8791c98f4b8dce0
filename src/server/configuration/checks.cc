// Rules over more than one setting. What cannot be shown to be safe is refused.

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "net/address.h"
#include "net/tls.h"
#include "oauth/rar_rfc9396.h"
#include "server/authn/breached_passwords.h"
#include "server/authn/place.h"
#include "server/authn/theme.h"
#include "server/configuration/draft.h"
#include "server/configuration/secret_file.h"
#include "x509/chain.h"

namespace signet::server {
namespace {

bool is_loopback(const net::IpAddress& address) {
  static const auto kV6 = net::IpAddress::parse("::1");
  return address.is_v4() ? address.octets()[0] == 127 : (kV6 && address == *kV6);
}

bool is_any(std::string_view address) {
  return address == "0.0.0.0" || address == "::";
}

std::string listener_key(const ListenerConfig& listener, std::string_view key) {
  return "listeners." + listener.name + "." + std::string(key);
}
std::string issuer_key(const IssuerConfig& issuer, std::string_view key) {
  return "issuers." + issuer.id + "." + std::string(key);
}

// Listeners -----------------------------------------------------------------------------------------------------------

void check_networks(Draft& draft, const std::string& key, const std::vector<std::string>& networks) {
  for (const auto& network : networks) {
    if (!net::IpNetwork::parse(network))
      draft.add_problem(key, "\"" + network + "\" is not a network such as 10.0.0.0/8 or 127.0.0.1/32");
  }
}

void check_addresses(Draft& draft, const ListenerConfig& listener) {
  const auto address = net::IpAddress::parse(listener.address);
  if (!address)
    draft.add_problem(listener_key(listener, "address"), "must be an IP address, for example 127.0.0.1 or ::1");
  if (listener.port == 0 && !draft.was_given(listener_key(listener, "port"))) {
    draft.add_problem(listener_key(listener, "port"), "is required");
  }
  check_networks(draft, listener_key(listener, "trusted_proxies"), listener.trusted_proxies);
}

void check_plain_listener(Draft& draft, const ListenerConfig& listener) {
  if (!listener.private_key_file.empty()) {
    draft.add_problem(listener_key(listener, "certificate_file"), "is required beside private_key_file");
    return;
  }
  if (listener.client_certificates) {
    draft.add_problem(listener_key(listener, "client_certificates"),
                      "needs TLS: set certificate_file and private_key_file");
  }
  // FAPI2-SP-FINAL-5.2.1: nothing travels in clear, but for the last step inside one machine or behind the user's own
  // proxy.
  const auto address = net::IpAddress::parse(listener.address);
  if (address && !is_loopback(*address) && listener.trusted_proxies.empty()) {
    draft.add_problem(
        listener_key(listener, "address"),
        "plain HTTP is allowed on a loopback address only; set certificate_file and private_key_file, or name "
        "the TLS proxy in front of it in trusted_proxies");
  }
}

void check_tls_listener(Draft& draft, const ListenerConfig& listener) {
  if (listener.private_key_file.empty()) {
    return draft.add_problem(listener_key(listener, "private_key_file"), "is required beside certificate_file");
  }
  auto chain = read_text_file(listener.certificate_file);
  if (!chain) draft.add_problem(listener_key(listener, "certificate_file"), chain.error().detail);
  auto key = read_secret_file(listener.private_key_file);
  if (!key) draft.add_problem(listener_key(listener, "private_key_file"), key.error().detail);
  if (!chain || !key) return;
  const net::TlsServerOptions options{.certificate_chain_pem = std::move(*chain), .private_key_pem = std::move(*key)};
  if (const auto tls = net::TlsServerContext::make(options); !tls) {
    draft.add_problem(
        listener_key(listener, "certificate_file"),
        "the certificate and the key of this listener cannot be used: " + std::string(tls.error().public_text.view()));
  }
}

struct Bound {
  std::string key;
  std::string address;
  std::uint16_t port;
};

void check_unique_ports(Draft& draft) {
  std::vector<Bound> taken;
  const auto take = [&](Bound bound) {
    for (const auto& other : taken) {
      const bool same = bound.address == other.address || is_any(bound.address) || is_any(other.address);
      if (bound.port != 0 && bound.port == other.port && same) {
        draft.add_problem(bound.key, "port " + std::to_string(bound.port) + " is taken by " + other.key);
      }
    }
    taken.push_back(std::move(bound));
  };
  for (const auto& [name, listener] : draft.listeners)
    take({listener_key(listener, "port"), listener.address, listener.port});
  const auto& management = draft.config.management;
  if (management.enabled) take({"management.port", management.address, management.port});
}

void check_listeners(Draft& draft) {
  if (draft.listeners.empty()) draft.add_problem("listeners", "at least one table [listeners.NAME] is required");
  if (draft.listeners.contains("management")) {
    draft.add_problem("listeners.management", "this name belongs to the table [management]; choose another one");
  }
  for (const auto& [name, listener] : draft.listeners) {
    check_addresses(draft, listener);
    if (listener.certificate_file.empty())
      check_plain_listener(draft, listener);
    else
      check_tls_listener(draft, listener);
  }
  if (!net::IpAddress::parse(draft.config.management.address)) {
    draft.add_problem("management.address", "must be an IP address, for example 127.0.0.1");
  }
  check_networks(draft, "management.trusted_proxies", draft.config.management.trusted_proxies);
  check_unique_ports(draft);
}

// Issuers -------------------------------------------------------------------------------------------------------------

/// Says what is wrong with a URL under which an issuer is reached. Spec: RFC8414-2, OIDC-DISCOVERY-3
std::string problem_of_url(const std::string& text) {
  const auto url = parse_url(text);
  if (!url) return "must be an absolute URL such as https://id.example.com";
  if (!url->is_https() && !(url->scheme == "http" && url->is_loopback())) {
    return "must begin with https://; plain http is for loopback addresses only";
  }
  if (url->has_query || url->has_fragment) return "must have no query and no fragment";
  if (!url->userinfo.empty()) return "must have no user name";
  // Clients compare it as a text, so there is one way to write it: no slash at the end, host in lower case, no default
  // port.
  const std::string plain = url->origin() + (url->path == "/" ? "" : url->path);
  if (plain.ends_with('/') || text != plain)
    return "must be written as " + plain.substr(0, plain.find_last_not_of('/') + 1);
  return {};
}

void check_url(Draft& draft, const IssuerConfig& issuer) {
  const std::string key = issuer_key(issuer, "url");
  if (draft.has_problem(key)) return;
  if (issuer.url.empty()) return draft.add_problem(key, "is required: the https URL that clients know this issuer by");
  if (auto problem = problem_of_url(issuer.url); !problem.empty()) draft.add_problem(key, std::move(problem));
}

/// Empty at the root.
std::string path_of(const std::string& text) {
  const auto url = parse_url(text);
  return url && url->path != "/" ? url->path : std::string();
}

void check_mtls_url(Draft& draft, const IssuerConfig& issuer) {
  if (issuer.mtls_url.empty()) return;
  const std::string key = issuer_key(issuer, "mtls_url");
  if (auto problem = problem_of_url(issuer.mtls_url); !problem.empty()) draft.add_problem(key, std::move(problem));
  if (const std::string path = path_of(issuer.mtls_url); !path.empty() && path != path_of(issuer.url)) {
    draft.add_problem(key, "must have no path, or that of the issuer's url: the endpoints are at the same paths");
  }
  if (!issuer.mutual_tls)
    draft.add_problem(key, "needs a listener with client_certificates = true, or one behind trusted_proxies");
}

void check_algorithms(Draft& draft, const IssuerConfig& issuer) {
  const std::string key = issuer_key(issuer, "signing_algorithms");
  std::set<crypto::SignatureAlgorithm> seen;
  for (const auto algorithm : issuer.signing_algorithms) {
    const std::string name(crypto::name_of(algorithm));
    if (!seen.insert(algorithm).second) draft.add_problem(key, name + " stands twice");
    // FAPI2-SP-FINAL-5.4.1: the profile says which algorithms there are.
    if (!issuer.profile->allows(algorithm)) {
      draft.add_problem(key, name + " is not allowed by the profile " + std::string(issuer.profile->name));
    }
  }
}

void check_at_most(Draft& draft, const std::string& key, Duration value, Duration limit) {
  if (value <= Duration::zero()) draft.add_problem(key, "must be longer than zero");
  if (value > limit)
    draft.add_problem(key, "is " + render_duration(value) + ", but at most " + render_duration(limit) + " is allowed");
}

/// Clients are told it in seconds (expires_in): a part of one would be cut off.
void check_whole_seconds(Draft& draft, const std::string& key, Duration value) {
  if (value % seconds{1} == Duration::zero()) return;
  draft.add_problem(key, "is " + render_duration(value) + ", but must be whole seconds, which clients are told it in");
}

void check_lifetimes(Draft& draft, const IssuerConfig& issuer) {
  // FAPI2-SP-FINAL-5.3.2.1: a code lives at most 60 s; RFC6749-4.1.2: at most ten minutes elsewhere.
  const Duration code_limit =
      issuer.profile->require_pushed_authorization_requests ? Duration(seconds{60}) : Duration(minutes{10});
  check_at_most(draft, issuer_key(issuer, "authorization_code_lifetime"), issuer.authorization_code_lifetime,
                code_limit);
  // FAPI2-SP-FINAL-5.3.2.2: a request_uri lives less than 600 s.
  check_at_most(draft, issuer_key(issuer, "request_uri_lifetime"), issuer.request_uri_lifetime, seconds{599});
  check_at_most(draft, issuer_key(issuer, "access_token_lifetime"), issuer.access_token_lifetime, hours{24});
  check_at_most(draft, issuer_key(issuer, "refresh_token_lifetime"), issuer.refresh_token_lifetime, days{3650});
  check_whole_seconds(draft, issuer_key(issuer, "request_uri_lifetime"), issuer.request_uri_lifetime);
  check_whole_seconds(draft, issuer_key(issuer, "access_token_lifetime"), issuer.access_token_lifetime);
  if (issuer.refresh_token_lifetime < issuer.access_token_lifetime) {
    draft.add_problem(issuer_key(issuer, "refresh_token_lifetime"), "must not be shorter than access_token_lifetime");
  }
  if (issuer.key_rotation_interval < hours{1}) {
    draft.add_problem(issuer_key(issuer, "key_rotation_interval"),
                      "must be at least 1h, so that caches learn of the next key in time");
  }
}

/// Spec: RFC6749-3.3 (characters of a scope)
bool is_scope(std::string_view text) {
  return is_visible_ascii(text) && text.find_first_of("\"\\") == std::string_view::npos;
}

void check_names(Draft& draft, const IssuerConfig& issuer) {
  for (const auto& scope : issuer.scopes) {
    if (!is_scope(scope))
      draft.add_problem(issuer_key(issuer, "scopes"), "\"" + scope + "\" is not a scope (no spaces, no quotes)");
  }
  for (const auto& type : issuer.authorization_details_types) {
    if (!oauth::is_known_detail_type(type)) {
      draft.add_problem(issuer_key(issuer, "authorization_details_types"),
                        "\"" + type + "\" is not known; payment_initiation and account_information are");
    }
  }
  for (const auto& acr : issuer.acr_values) {
    if (!is_scope(acr)) draft.add_problem(issuer_key(issuer, "acr_values"), "\"" + acr + "\" has a space or a quote");
  }
  for (const auto& resource : issuer.default_resource) {
    // RFC8707-2: an absolute URI without a fragment.
    if (!is_absolute_uri(resource) || resource.contains('#')) {
      draft.add_problem(issuer_key(issuer, "default_resource"),
                        "\"" + resource + "\" is not an absolute URI without a fragment");
    }
  }
  if (!is_valid_utf8(issuer.display_name) || issuer.display_name.size() > 200) {
    draft.add_problem(issuer_key(issuer, "display_name"), "must be at most 200 bytes of UTF-8");
  }
}

void check_certificates(Draft& draft, const std::string& key, const std::string& file) {
  if (file.empty()) return;
  const auto text = read_text_file(file);
  if (!text) return draft.add_problem(key, text.error().detail);
  if (const auto anchors = x509::TrustAnchors::from_pem(*text); !anchors) {
    draft.add_problem(key, file + ": must hold certificates in PEM and nothing that is broken");
  }
}

void check_pages(Draft& draft, const IssuerConfig& issuer) {
  const auto themes = authn::Themes::load(issuer.theme_directory);
  if (!themes) return draft.add_problem(issuer_key(issuer, "theme_directory"), themes.error().detail);
  if (themes->find().find_language(issuer.default_locale) == nullptr) {
    draft.add_problem(issuer_key(issuer, "default_locale"),
                      "\"" + issuer.default_locale + "\" is no language of the pages");
  }
}

void check_unique_urls(Draft& draft) {
  std::map<std::string, std::string> owners;
  const auto own = [&](const std::string& key, const std::string& url) {
    if (url.empty()) return;
    const auto [owner, fresh] = owners.emplace(url, key);
    if (!fresh) draft.add_problem(key, "is the same as " + owner->second);
  };
  for (const auto& [name, issuer] : draft.issuers) {
    own(issuer_key(issuer, "url"), issuer.url);
    own(issuer_key(issuer, "mtls_url"), issuer.mtls_url);
  }
}

void check_issuers(Draft& draft) {
  if (draft.issuers.empty()) draft.add_problem("issuers", "at least one table [issuers.ID] is required");
  for (const auto& [name, issuer] : draft.issuers) {
    check_url(draft, issuer);
    check_mtls_url(draft, issuer);
    check_names(draft, issuer);
    check_certificates(draft, issuer_key(issuer, "client_certificate_ca_file"), issuer.client_certificate_ca_file);
    check_pages(draft, issuer);
    if (issuer.profile == nullptr) continue;
    check_algorithms(draft, issuer);
    check_lifetimes(draft, issuer);
  }
  check_unique_urls(draft);
}

// The rest ------------------------------------------------------------------------------------------------------------

void check_login(Draft& draft) {
  const auto& login = draft.config.login;
  check_at_most(draft, "login.session_absolute", login.session_absolute, days{90});
  check_at_most(draft, "login.session_idle", login.session_idle, login.session_absolute);
  const auto in_range = [&](std::string_view key, std::uint64_t value, std::uint64_t most) {
    if (value < 1 || value > most) draft.add_problem(key, "must be from 1 to " + std::to_string(most));
  };
  if (login.password_min_length < 8 || login.password_min_length > 64)
    draft.add_problem("login.password_min_length", "must be from 8 to 64");
  if (!login.breached_passwords_file.empty()) {
    if (const auto list = authn::BreachedPasswords::open(login.breached_passwords_file); !list)
      draft.add_problem("login.breached_passwords_file", list.error().detail);
  }
  in_range("login.password_threads", login.password_threads, 64);
  in_range("login.password_queue", login.password_queue, 100'000);
  in_range("login.password_iterations", login.password_iterations, 100);
  if (login.geo_database.empty()) return;
  const auto places = authn::Places::open(login.geo_database);
  if (!places) draft.add_problem("login.geo_database", places.error().detail);
}

void check_rest(Draft& draft) {
  if (draft.config.threads > 256) draft.add_problem("server.threads", "must be at most 256");
  if (draft.config.shutdown_grace > minutes{5}) draft.add_problem("server.shutdown_grace", "must be at most 5m");
  if (draft.config.data_directory.empty()) draft.add_problem("server.data_directory", "must not be empty");
  check_certificates(draft, "outbound.ca_file", draft.config.outbound_ca_file);
}

}  // namespace

void check_draft(Draft& draft) {
  check_listeners(draft);
  check_issuers(draft);
  check_protected_resources(draft);
  check_levels(draft);
  check_login(draft);
  check_messages(draft);
  check_webauthn(draft);
  check_rest(draft);
}

}  // namespace signet::server
