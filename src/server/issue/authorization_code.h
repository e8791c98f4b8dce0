#pragma once
// The mint of authorization codes: a grant, and a code that hangs on it. Spec: RFC6749-4.1.2, RFC9449-10

#include "oauth/authorization_request.h"
#include "server/context.h"

namespace signet::server {

/// What a user has allowed, and how the user signed in.
struct AuthorizationCodeOrder {
  const oauth::ClientMetadata& client;
  const oauth::AuthorizationRequest& request;  ///< as it was checked; a `dpop_jkt` in it binds the code
  std::string account_id;
  Instant authenticated_at{};
  std::string acr = {};
  std::vector<std::string> amr = {};
  const store::ApprovalRecord* approval = nullptr;  ///< of the payment in the request; kept with the grant
};

/// Adds the grant, the code's hash and the audit record to `batch` and returns the code. It exists once the batch is
/// committed. Needs: guards for the account and for the request URI stand in the batch already. Fails: InvalidTarget,
/// AccessDenied (a payment that was not approved as it stands in the request)
[[nodiscard]] Result<std::string> issue_authorization_code(Exchange& exchange, sql::Batch& batch,
                                                           const AuthorizationCodeOrder& order);

}  // namespace signet::server
