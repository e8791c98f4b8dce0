// Levels of authentication: [levels.*], and what an acr without a table of its own demands.

#include <algorithm>

#include "base/text.h"
#include "server/config.h"
#include "server/configuration/draft.h"

namespace signet::server {
namespace {

std::vector<std::string> offered_levels(const Draft& draft) {
  std::vector<std::string> levels;
  for (const auto& [name, issuer] : draft.issuers) {
    for (const auto& acr : issuer.acr_values) {
      if (!contains(levels, acr)) levels.push_back(acr);
    }
  }
  return levels;
}

/// Whatever the weaker level demands is demanded by the stronger one.
bool is_at_least(const LevelConfig& stronger, const LevelConfig& weaker) {
  return stronger.categories >= weaker.categories && stronger.phishing_resistant >= weaker.phishing_resistant &&
         stronger.hardware >= weaker.hardware;
}

}  // namespace

std::vector<LevelConfig> levels_of(const IssuerConfig& issuer, const std::vector<LevelConfig>& known) {
  std::vector<LevelConfig> levels;
  for (const std::string& acr : issuer.acr_values) {
    const auto found = std::ranges::find(known, acr, &LevelConfig::acr);
    const std::size_t place = levels.size();
    levels.push_back(
        found != known.end()
            ? *found
            : LevelConfig{
                  .acr = acr, .categories = place == 0 ? 1 : 2, .phishing_resistant = place >= 2, .assurance = {}});
  }
  return levels;
}

void check_levels(Draft& draft) {
  const auto offered = offered_levels(draft);
  const std::string known = offered.empty() ? "there are none" : "they are " + join(offered, ", ");
  for (const auto& [name, level] : draft.levels) {
    if (!contains(offered, level.acr))
      draft.add_problem("levels." + name, "no issuer has \"" + level.acr + "\" among its acr_values: " + known);
  }
  for (const auto& [name, issuer] : draft.issuers) {
    for (std::size_t i = 1; i < issuer.levels.size(); ++i) {
      if (is_at_least(issuer.levels[i], issuer.levels[i - 1])) continue;
      draft.add_problem("issuers." + name + ".acr_values", "\"" + issuer.levels[i].acr +
                                                               "\" demands less than the level before it: list the "
                                                               "weakest first");
    }
  }
}

}  // namespace signet::server
