#pragma once
// Levels of authentication (acr): what a request demands and what a login can reach. Spec: OIDC-2, OIDC-5.5.1.1

#include <string>
#include <string_view>
#include <vector>

#include "oauth/authorization_request.h"
#include "oauth/registration_rfc7591.h"

namespace signet::server::authn {

/// The level of a login with a password alone: the weakest the issuer offers; empty when it names none.
[[nodiscard]] std::string password_acr(const std::vector<std::string>& levels);

/// What a request says about `acr`.
struct AcrDemand {
  std::vector<std::string> values;  ///< any one of them; empty: no demand
  bool essential = false;
};
[[nodiscard]] AcrDemand acr_demand(const oauth::AuthorizationRequest& request, const oauth::ClientMetadata& client);

/// Does a login of level `acr` meet the demand? An essential demand wants one of its very values, a voluntary one is
/// also met by a stronger level. `levels` has the issuer's levels, weakest first.
[[nodiscard]] bool meets(const AcrDemand& demand, std::string_view acr, const std::vector<std::string>& levels);

}  // namespace signet::server::authn
