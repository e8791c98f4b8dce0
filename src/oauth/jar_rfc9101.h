#pragma once
// Request objects. They are not accepted yet: a request that carries one is refused by name, never silently ignored.
// Spec: RFC9101-6, OIDC-3.1.2.6

#include "http/form.h"

namespace signet::oauth {

/// Fails: RequestNotSupported (`request`), RequestUriNotSupported (`request_uri` that is not a pushed one)
[[nodiscard]] Result<void> check_no_request_object(const http::Form& form);

}  // namespace signet::oauth
