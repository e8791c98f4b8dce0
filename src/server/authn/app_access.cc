#include "server/authn/app_access.h"

#include <algorithm>

#include "base/text.h"
#include "server/authn/policy.h"

namespace signet::server::authn {
namespace {

AppAccess& find_or_add(std::vector<AppAccess>& apps, const std::string& client_id, Instant since) {
  const auto found = std::ranges::find(apps, client_id, &AppAccess::client_id);
  if (found != apps.end()) return *found;
  return apps.emplace_back(AppAccess{.client_id = client_id, .since = since});
}

void add_all(std::vector<std::string>& names, const std::vector<std::string>& more) {
  for (const auto& name : more) {
    if (!contains(names, name)) names.push_back(name);
  }
}

void add_details(AppAccess& app, const std::string& details) {
  const auto objects = details.empty() ? json::value(json::array{}) : parse_json(details).value_or(json::array{});
  if (!objects.is_array()) return;
  for (const json::value& object : objects.get_array()) {
    if (object.is_object() && std::ranges::find(app.details, object) == app.details.end())
      app.details.push_back(object);
  }
}

void add_grant(std::vector<AppAccess>& apps, const store::GrantRecord& grant) {
  AppAccess& app = find_or_add(apps, grant.client_id, grant.created_at);
  add_all(app.scope, grant.scope);
  add_all(app.claims, requested_claim_names(grant.request));
  add_all(app.resource, grant.resource);
  add_details(app, grant.request.authorization_details);
  app.since = std::min(app.since, grant.created_at);
  app.until = std::max(app.until.value_or(grant.expires_at), grant.expires_at);
}

/// A consent remembers more than claims under their names; those have a prefix with a colon.
void add_consent(std::vector<AppAccess>& apps, const store::ConsentRecord& consent) {
  AppAccess& app = find_or_add(apps, consent.client_id, consent.updated_at);
  add_all(app.scope, consent.scope);
  for (const auto& name : consent.claims) {
    if (!name.contains(':')) add_all(app.claims, {name});
  }
}

}  // namespace

Task<Result<std::vector<AppAccess>>> list_app_access(Exchange& exchange, std::string account_id) {
  const store::Store& store = exchange.context.store;
  CO_TRY_ASSIGN(const auto grants, co_await store.grants.list(account_id, exchange.now));
  CO_TRY_ASSIGN(const auto consents, co_await store.consents.list(account_id));
  std::vector<AppAccess> apps;
  for (const auto& grant : grants) {
    if (grant.issuer == exchange.issuer.id()) add_grant(apps, grant);
  }
  for (const auto& consent : consents) {
    if (consent.issuer == exchange.issuer.id()) add_consent(apps, consent);
  }
  co_return apps;
}

}  // namespace signet::server::authn
