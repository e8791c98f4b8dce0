#include "server/authn/assurance.h"

#include <algorithm>

#include "base/text.h"
#include "oauth/core_openid.h"

namespace signet::server::authn {

std::string password_acr(const std::vector<std::string>& levels) {
  return levels.empty() ? std::string{} : levels.front();
}

AcrDemand acr_demand(const oauth::AuthorizationRequest& request, const oauth::ClientMetadata& client) {
  const oauth::ClaimRequest* claim = oauth::find_claim(request.id_token_claims, "acr");
  if (claim != nullptr && claim->essential && !claim->values.empty())
    return {.values = claim->values, .essential = true};
  if (!request.acr_values.empty()) return {.values = request.acr_values};
  if (claim != nullptr && !claim->values.empty()) return {.values = claim->values};
  return {.values = client.default_acr_values};
}

bool meets(const AcrDemand& demand, std::string_view acr, const std::vector<std::string>& levels) {
  if (demand.values.empty() || contains(demand.values, acr)) return true;
  if (demand.essential) return false;
  const auto reached = std::ranges::find(levels, acr);
  if (reached == levels.end()) return false;
  return std::any_of(levels.begin(), reached,
                     [&](const std::string& weaker) { return contains(demand.values, weaker); });
}

}  // namespace signet::server::authn
