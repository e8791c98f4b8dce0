#include "base/text.h"
#include "oauth/rar_rfc9396.h"
#include "server/grants/grant.h"

namespace signet::server {
namespace {

// clang-format off
constexpr GrantRow kGrants[] = {
    // grant_type           function                  public_clients  spec
    {"authorization_code",  authorization_code_grant, true,           "RFC6749-4.1.3"},
    {"refresh_token",       refresh_token_grant,      true,           "RFC6749-6"},
    {"client_credentials",  client_credentials_grant, false,          "RFC6749-4.4"},
};
// clang-format on

std::vector<std::string> only_in(std::vector<std::string> list, const std::vector<std::string>& allowed) {
  std::erase_if(list, [&](const std::string& word) { return !contains(allowed, word); });
  return list;
}

/// Of the proof that the request has. One that is wrong, or none, makes a reuse no better.
std::optional<SingleUse> find_proof_mark(const Exchange& exchange) {
  const auto proven = find_proven_key(exchange, exchange.client());
  return proven && *proven ? std::optional((*proven)->mark) : std::nullopt;
}

}  // namespace

std::span<const GrantRow> grants() {
  return kGrants;
}

Result<Permitted> permitted_today(const Exchange& exchange, const store::GrantRecord& grant) {
  const oauth::ClientMetadata& client = exchange.client();
  const auto types = only_in(client.authorization_details_types, exchange.issuer.config().authorization_details_types);
  const auto scopes = allowed_scopes(client, exchange.issuer);
  const auto resources = allowed_resources(client, exchange.issuer);
  Permitted left{.scope = only_in(grant.scope, scopes),
                 .resource = only_in(grant.resource, resources),
                 .authorization_details = oauth::details_of_types(grant.request.authorization_details, types)};
  const bool has_nothing = left.scope.empty() && left.authorization_details.empty();
  const bool had_something = !grant.scope.empty() || !grant.request.authorization_details.empty();
  if ((has_nothing && had_something) || (left.resource.empty() && !grant.resource.empty())) {
    return fail(ErrorCode::InvalidGrant, "The client is registered for nothing of what was granted to it.");
  }
  return left;
}

Result<std::vector<std::string>> narrow_scope(const http::Form& form, const std::vector<std::string>& granted) {
  const auto asked = form.find("scope");
  if (!asked) return granted;
  TRY_ASSIGN(auto scope, oauth::parse_scope(*asked));
  if (!oauth::is_subset(scope, granted))
    return fail(ErrorCode::InvalidScope, "The parameter scope asks for more than was granted.");
  return scope;
}

Result<std::string> narrow_details(const http::Form& form, const std::string& granted,
                                   const std::vector<std::string>& audience) {
  TRY_ASSIGN(const std::string details,
             oauth::narrow_authorization_details(form.find("authorization_details").value_or(""), granted));
  return oauth::details_for(details, audience);
}

Task<Result<void>> revoke_after_reuse(Exchange& exchange, std::string grant_id, std::string_view credential,
                                      Marks marks) {
  sql::Batch revocation;
  exchange.context.store.grants.add_revoke(revocation, grant_id, exchange.now);
  AuditEvent("grant.revoked", "reuse")
      .client(exchange.client_id)
      .text("grant_id", grant_id)
      .text("credential", credential)
      .add_to(revocation, exchange.issuer.id(), exchange.request.peer, exchange.now);
  if (marks == Marks::Unspent) {
    SingleUseBatch batch(exchange, find_proof_mark(exchange));
    batch.statements().append(std::move(revocation));
    CO_TRY(co_await batch.commit());
  } else {
    CO_TRY(co_await exchange.context.database.write(std::move(revocation)));
  }
  exchange.context.metrics.count(Metrics::Counter::Revocations);
  co_return Result<void>{};
}

}  // namespace signet::server
