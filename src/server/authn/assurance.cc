#include "server/authn/assurance.h"

#include <algorithm>

#include "base/text.h"
#include "oauth/core_openid.h"
#include "server/authn/proofs.h"

namespace signet::server::authn {

AcrDemand acr_demand(const oauth::AuthorizationRequest& request, const oauth::ClientMetadata& client) {
  const oauth::ClaimRequest* claim = oauth::find_claim(request.id_token_claims, "acr");
  if (claim != nullptr && claim->essential && !claim->values.empty())
    return {.values = claim->values, .essential = true};
  if (!request.acr_values.empty()) return {.values = request.acr_values};
  if (claim != nullptr && !claim->values.empty()) return {.values = claim->values};
  return {.values = client.default_acr_values};
}

bool meets(const AcrDemand& demand, std::string_view acr, std::span<const LevelConfig> levels) {
  if (demand.values.empty() || contains(demand.values, acr)) return true;
  const LevelConfig* wanted = wanted_level(demand, levels);
  const LevelConfig* reached = find_level(levels, acr);
  return wanted != nullptr && reached != nullptr && reached >= wanted;
}

const LevelConfig* wanted_level(const AcrDemand& demand, std::span<const LevelConfig> levels) {
  const auto found =
      std::ranges::find_if(levels, [&](const LevelConfig& level) { return contains(demand.values, level.acr); });
  return found == levels.end() ? nullptr : &*found;
}

std::string granted_acr(const AcrDemand& demand, const std::string& acr, std::span<const LevelConfig> levels) {
  if (!demand.essential || contains(demand.values, acr)) return acr;
  std::string granted = acr;
  for (const LevelConfig& level : levels) {
    if (contains(demand.values, level.acr)) granted = level.acr;
    if (level.acr == acr) break;
  }
  return granted;
}

}  // namespace signet::server::authn
