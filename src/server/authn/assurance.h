#pragma once
// Levels of authentication (acr): what a request demands and what a login can reach. Spec: OIDC-2, OIDC-5.5.1.1,
// RFC9470-5

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/authorization_request.h"
#include "oauth/registration_rfc7591.h"
#include "server/config.h"

namespace signet::server::authn {

/// What a request says about `acr`.
struct AcrDemand {
  std::vector<std::string> values;  ///< any one of them; empty: no demand
  bool essential = false;
};
[[nodiscard]] AcrDemand acr_demand(const oauth::AuthorizationRequest& request, const oauth::ClientMetadata& client);

/// Does a login of level `acr` meet the demand? A stronger level meets the demand for a weaker one. `levels` has the
/// issuer's levels, weakest first.
[[nodiscard]] bool meets(const AcrDemand& demand, std::string_view acr, std::span<const LevelConfig> levels);

/// The weakest level that meets the demand; null when there is none or nothing is demanded.
[[nodiscard]] const LevelConfig* wanted_level(const AcrDemand& demand, std::span<const LevelConfig> levels);

/// What the tokens of a login of level `acr` say: one of the values when they were essential, because the client takes
/// no other, else the level itself.
[[nodiscard]] std::string granted_acr(const AcrDemand& demand, const std::string& acr,
                                      std::span<const LevelConfig> levels);

}  // namespace signet::server::authn
