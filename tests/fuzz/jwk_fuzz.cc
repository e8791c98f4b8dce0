// A public key that is accepted holds no private member, and its canonical form is accepted again with the same
// thumbprint.

#include "base/bytes.h"
#include "jose/jwks.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text = as_text({data, size});
  if (const auto set = jose::parse_jwk_set(text)) {
    fuzz::require(set->keys().size() <= 64);
    fuzz::require(jose::parse_jwk_set(jose::to_json(*set)).has_value());
  }
  const auto object = parse_json_object(text);
  if (!object) return 0;
  (void)jose::parse_private_jwk(*object);
  const auto jwk = jose::parse_public_jwk(*object);
  if (!jwk) return 0;
  fuzz::require(!object->contains("d") && !object->contains("k"));
  const auto again = jose::parse_public_jwk(parse_json_object(jose::render_public_jwk(jwk->key)).value());
  fuzz::require(again && again->key == jwk->key && jose::thumbprint(again->key) == jose::thumbprint(jwk->key));
  fuzz::require(jose::parse_public_jwk(jose::to_json(*jwk)).has_value());
  return 0;
}
