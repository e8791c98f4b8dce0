#pragma once
// The request of the revocation endpoint; introspection asks in the same form. Spec: RFC7009-2.1, RFC7662-2.1

#include <string>

#include "http/form.h"

namespace signet::oauth {

/// A token and what the caller believes it is. The hint is only a hint: an unknown value is no error.
struct TokenQuery {
  std::string token;  ///< empty: what was sent cannot be a token
  std::string token_type_hint;
};

/// Fails: InvalidRequest (missing, repeated parameter)
[[nodiscard]] Result<TokenQuery> parse_revocation_request(const http::Form& form);

}  // namespace signet::oauth
