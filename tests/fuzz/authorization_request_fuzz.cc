// Authorization requests: what is accepted must survive the store unchanged, and its redirect URI must be safe.

#include "oauth/authorization_request.h"

#include <cstdlib>

#include "base/bytes.h"
#include "oauth/core_rfc6749.h"
#include "oauth/fapi2_security.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto form = signet::http::Form::parse(signet::as_text({data, size}));
  if (!form) return 0;
  const auto request = signet::oauth::parse_authorization_request(*form);
  if (!request) return 0;
  // A client may push a URI that is not registered, where the profile lets it: the least that is asked of one.
  auto profile = *signet::oauth::find_profile("oauth2");
  profile.require_registered_redirect_uri = false;
  const signet::oauth::ClientMetadata client;
  const auto chosen =
      signet::oauth::select_redirect_uri(*request, signet::oauth::RequestChannel::Pushed, client, profile);
  if (chosen && !signet::oauth::check_redirect_uri_syntax(*chosen)) std::abort();
  const std::string stored = signet::oauth::render_authorization_request(*request);
  const auto again = signet::oauth::parse_stored_authorization_request(stored);
  if (!again || signet::oauth::render_authorization_request(*again) != stored) std::abort();
  return 0;
}
