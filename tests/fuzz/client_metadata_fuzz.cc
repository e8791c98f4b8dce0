// Client metadata under every profile: what is accepted must render to something that is accepted again, unchanged.

#include <cstdlib>

#include "oauth/registration_rfc7591.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto object = signet::parse_json_object(signet::as_text({data, size}));
  if (!object) return 0;
  for (const auto& profile : signet::oauth::profiles()) {
    const auto client = signet::oauth::parse_client_metadata(*object, profile);
    if (!client) continue;
    const auto rendered = to_json(*client);
    const auto again = signet::oauth::parse_client_metadata(rendered, profile);
    if (!again || signet::render_json(to_json(*again)) != signet::render_json(rendered)) std::abort();
    if (profile.name == "fapi2_security" && client->is_public()) std::abort();
  }
  return 0;
}
