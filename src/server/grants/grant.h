#pragma once
// Grants of the token endpoint: one function, one file each, listed in grants.cc.

#include <span>

#include "oauth/core_rfc6749.h"
#include "server/context.h"
#include "server/possession.h"
#include "server/single_use_batch.h"

namespace signet::server {

using Grant = Task<Result<oauth::TokenResponse>> (*)(Exchange& exchange);

struct GrantRow {
  std::string_view grant_type;
  Grant grant;
  bool public_clients;  ///< may a client without authentication use it
  std::string_view spec;
};
[[nodiscard]] std::span<const GrantRow> grants();

Task<Result<oauth::TokenResponse>> authorization_code_grant(Exchange& exchange);
Task<Result<oauth::TokenResponse>> refresh_token_grant(Exchange& exchange);
Task<Result<oauth::TokenResponse>> client_credentials_grant(Exchange& exchange);

/// What of a grant may still be given: a client gets no more from an old grant than it could ask for today.
struct Permitted {
  std::vector<std::string> scope;
  std::vector<std::string> resource;
  std::string authorization_details;
};
/// Fails: InvalidGrant when nothing is left
[[nodiscard]] Result<Permitted> permitted_today(const Exchange& exchange, const store::GrantRecord& grant);

/// The scope of a token request: what was granted, or the part of it that is asked for. Fails: InvalidScope
[[nodiscard]] Result<std::vector<std::string>> narrow_scope(const http::Form& form,
                                                            const std::vector<std::string>& granted);

/// The authorization_details of a token: what was granted, or the part of it that is asked for, as far as it is meant
/// for the audience of the token. Fails: InvalidAuthorizationDetails. Spec: RFC9396-6, RFC9396-7
[[nodiscard]] Result<std::string> narrow_details(const http::Form& form, const std::string& granted,
                                                 const std::vector<std::string>& audience);

/// Are the marks of this request written?
enum class Marks { Unspent, Spent };

/// Revokes a grant with everything that came from it, because somebody used a spent credential of it. Whoever repeats a
/// whole request has proven nothing and revokes nothing: unspent marks come first. Fails: as SingleUseBatch::commit
[[nodiscard]] Task<Result<void>> revoke_after_reuse(Exchange& exchange, std::string grant_id,
                                                    std::string_view credential, Marks marks);

}  // namespace signet::server
