// Authorization requests: what is accepted must survive the store unchanged, and its redirect URI must be safe.

#include "oauth/authorization_request.h"

#include <cstdlib>

#include "base/bytes.h"
#include "oauth/core_rfc6749.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto form = signet::http::Form::parse(signet::as_text({data, size}));
  if (!form) return 0;
  const auto request = signet::oauth::parse_authorization_request(*form);
  if (!request) return 0;
  if (!request->redirect_uri.empty() && !signet::oauth::check_redirect_uri_syntax(request->redirect_uri)) std::abort();
  const std::string stored = signet::oauth::render_authorization_request(*request);
  const auto again = signet::oauth::parse_stored_authorization_request(stored);
  if (!again || signet::oauth::render_authorization_request(*again) != stored) std::abort();
  return 0;
}
