#include "server/authn/accounts.h"

#include "base/json.h"
#include "base/text.h"
#include "server/admin/username.h"

namespace signet::server::authn {

std::string display_name(const store::AccountRecord& account) {
  const auto claims = parse_json_object(account.claims);
  const std::string_view name = claims ? peek_string(*claims, "name") : std::string_view{};
  return name.empty() ? account.username : std::string(name);
}

bool is_hinted(std::string_view login_hint, const store::AccountRecord& account) {
  const std::string hint = admin::normalize_username(login_hint);
  if (hint == account.username || login_hint == account.account_id) return true;
  const auto claims = parse_json_object(account.claims);
  if (!claims) return false;
  return hint == to_lower_ascii(peek_string(*claims, "email")) || hint == peek_string(*claims, "phone_number");
}

}  // namespace signet::server::authn
