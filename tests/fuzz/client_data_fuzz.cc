// Client data that is accepted says exactly what was expected.

#include "base/text.h"
#include "require.h"
#include "webauthn/client_data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto parsed = webauthn::parse_client_data({data, size});
  if (!parsed) return 0;
  fuzz::require(is_valid_utf8(as_text({data, size})) && size <= std::size_t{4} * 1024 + 3);
  const webauthn::RelyingParty relying_party{"example.org", {"https://example.org"}};
  const bool accepted = webauthn::check_client_data(*parsed, webauthn::kGet, relying_party, Bytes(3, 0)).has_value();
  fuzz::require(accepted == (parsed->type == "webauthn.get" && parsed->challenge == "AAAA" &&
                             parsed->origin == "https://example.org" && !parsed->cross_origin && !parsed->top_origin));
  return 0;
}
