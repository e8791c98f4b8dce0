#include <algorithm>

#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "server/authn/theme.h"
#include "server/settings.h"

namespace signet::apps {
namespace {

/// A language that says little mixes two on its pages, and in one that is read from right to left they turn about.
void add_incomplete_languages(const server::IssuerConfig& issuer, std::vector<std::vector<std::string>>& rows) {
  const auto themes = server::authn::Themes::load(issuer.theme_directory);
  if (!themes) return;
  for (const server::authn::Language* language : themes->find().languages) {
    const std::size_t missing = language->count_missing();
    if (missing == 0) continue;
    rows.push_back({"language", issuer.id, language->tag(), std::to_string(missing) + " texts are not in it"});
  }
}

std::string summary(const server::Config& config) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& issuer : config.issuers)
    rows.push_back({"issuer", issuer.id, issuer.url, std::string(issuer.profile->name)});
  for (const auto& issuer : config.issuers) add_incomplete_languages(issuer, rows);
  for (const auto& listener : config.listeners) {
    rows.push_back({"listener", listener.name, listener.address + ":" + std::to_string(listener.port),
                    listener.certificate_file.empty() ? "plain HTTP"
                    : listener.client_certificates    ? "TLS with client certificates"
                                                      : "TLS"});
  }
  rows.push_back({"database", "", config.database_file, ""});
  return render_table(rows);
}

/// OIDC-DISCOVERY-3: RS256 MUST be among the algorithms of ID tokens. The server works without it, so it is no mistake.
std::string hints(const server::Config& config) {
  std::string text;
  for (const auto& issuer : config.issuers) {
    const auto& algorithms = issuer.signing_algorithms;
    const bool has_rs256 = std::ranges::find(algorithms, crypto::SignatureAlgorithm::RS256) != std::end(algorithms);
    if (issuer.profile->name != "openid" || has_rs256) continue;
    text += "Note: issuers." + issuer.id +
            ".signing_algorithms lacks RS256, which OpenID Connect Discovery demands of every provider.\n";
  }
  return text;
}

}  // namespace

int check_config(Words words) {
  const auto arguments = parse_arguments("check-config", words, std::array{kConfigOption});
  if (!arguments) return kUsage;
  if (!arguments->positional().empty()) return print_usage_error("check-config", "name the file with -c FILE");
  const auto config = load_config_or_print("check-config", *arguments);
  if (!config) return kRefused;
  print("The configuration is complete and can be served.\n" + summary(*config) + hints(*config));
  return kDone;
}

int config_reference(Words words) {
  if (!words.empty()) return print_usage_error("config-reference", "takes no arguments");
  print(server::render_configuration_reference());
  return kDone;
}

}  // namespace signet::apps
