#include "oauth/revocation_rfc7009.h"

#include "base/text.h"
#include "oauth/bearer_rfc6750.h"
#include "oauth/core_rfc6749.h"

namespace signet::oauth {

Result<TokenQuery> parse_revocation_request(const http::Form& form) {
  TRY(check_no_duplicates(form));
  const auto token = form.find("token");
  if (!token) return fail(ErrorCode::InvalidRequest, "The parameter token is missing.");  // RFC7009-2.1
  // RFC7009-2.2, RFC7662-2.2: what cannot be a token is an unknown one, and that is no error
  const bool can_be_one = token->size() <= kMaxAccessTokenBytes && is_visible_ascii(*token);
  return TokenQuery{std::string(can_be_one ? *token : ""), std::string(form.find("token_type_hint").value_or(""))};
}

}  // namespace signet::oauth
