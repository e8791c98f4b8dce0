#include "server/authn/accounts.h"

#include "base/text.h"
#include "server/admin/username.h"

namespace signet::server::authn {

std::string display_name(const store::AccountRecord& account) {
  const auto claims = parse_json_object(account.claims);
  const std::string_view name = claims ? peek_string(*claims, "name") : std::string_view{};
  return name.empty() ? account.username : std::string(name);
}

Result<json::object> claims_of(const store::AccountRecord& account) {
  TRY_ASSIGN(json::object claims, parse_json_object(account.claims));
  claims["updated_at"] = to_unix_seconds(account.updated_at);  // OIDC-5.1: kept by us, not by who wrote the claims
  return claims;
}

bool is_hinted(std::string_view login_hint, const store::AccountRecord& account) {
  const std::string hint = admin::normalize_username(login_hint);
  if (hint == account.username || login_hint == account.account_id) return true;
  const auto claims = parse_json_object(account.claims);
  if (!claims) return false;
  return hint == to_lower_ascii(peek_string(*claims, "email")) || hint == peek_string(*claims, "phone_number");
}

}  // namespace signet::server::authn
