#pragma once
// When the user has to be asked: a list of checks, each with its reason and with the error a request with prompt=none
// gets. Spec: OIDC-3.1.2.1, OIDC-3.1.2.3, OIDC-3.1.2.4

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "oauth/authorization_request.h"
#include "oauth/registration_rfc7591.h"
#include "server/config.h"
#include "store/consents.h"
#include "store/sessions.h"

namespace signet::server::authn {

/// What a check looks at. `session` is live and of this issuer; `consent` is that of its account.
struct Situation {
  const oauth::AuthorizationRequest& request;
  const oauth::ClientMetadata& client;
  const std::vector<LevelConfig>& levels;
  std::optional<store::SessionRecord> session = {};
  bool has_policy = false;  ///< the issuer's policy must be asked as well
  bool other_account_hinted =
      false;  ///< id_token_hint, login_hint or the sub in claims: somebody else than the session
  std::optional<store::ConsentRecord> consent = {};
  Instant now{};
};

/// StepUp: what is proven and fresh enough stays, and something is added. Nothing: no page can help, the request is
/// refused.
enum class Ask { Login, StepUp, Consent, Nothing };

struct Check {
  std::string_view reason;
  Ask ask;
  ErrorCode error;  ///< of a request that allows no page
  bool (*holds)(const Situation& situation);
  std::string_view spec;
};
[[nodiscard]] std::span<const Check> policy_checks();

/// The checks that hold for a request, in the order of the list.
struct Needs {
  std::vector<const Check*> checks;
  [[nodiscard]] bool asks(Ask ask) const;
  [[nodiscard]] bool is_empty() const { return checks.empty(); }
};
[[nodiscard]] Needs find_needs(const Situation& situation);

/// Names that consent is given for beside scopes: the claims asked for by name, "resource:" with each resource
/// indicator, and "authorization_details:" with each object as canonical text. Payments are not among them: a consent
/// to one is never remembered.
[[nodiscard]] std::vector<std::string> consent_names(const oauth::AuthorizationRequest& request);
/// The claims among them, for the consent page.
[[nodiscard]] std::vector<std::string> requested_claim_names(const oauth::AuthorizationRequest& request);
/// Does the request hold a payment, which the user has to approve each time? Spec: PSD2-RTS-5.1-1
[[nodiscard]] bool is_approval_needed(const oauth::AuthorizationRequest& request);
/// Could anybody be the client? It has no credential, and its redirect URI is one that any program on the device can
/// receive: then a permission from before says nothing about who asks now. Spec: RFC8252-8.6
[[nodiscard]] bool is_unproven(const oauth::ClientMetadata& client, const oauth::AuthorizationRequest& request);
/// Was everything beside a payment allowed before?
[[nodiscard]] bool is_rest_covered(const oauth::AuthorizationRequest& request,
                                   const std::optional<store::ConsentRecord>& consent);
/// Was everything the request asks for allowed before?
[[nodiscard]] bool is_covered(const oauth::AuthorizationRequest& request,
                              const std::optional<store::ConsentRecord>& consent);

}  // namespace signet::server::authn
