// Authorization requests: what is accepted must survive the store unchanged.

#include "oauth/authorization_request.h"

#include <cstdlib>

#include "base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto form = signet::http::Form::parse(signet::as_text({data, size}));
  if (!form) return 0;
  const auto request = signet::oauth::parse_authorization_request(*form);
  if (!request) return 0;
  const std::string stored = signet::oauth::render_authorization_request(*request);
  const auto again = signet::oauth::parse_stored_authorization_request(stored);
  if (!again || signet::oauth::render_authorization_request(*again) != stored) std::abort();
  return 0;
}
