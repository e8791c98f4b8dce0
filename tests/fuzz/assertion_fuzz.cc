// Answers to request options, and authenticator data alone under a key of its own: nobody guesses a signature.

#include "require.h"
#include "webauthn/assertion.h"

namespace signet {
namespace {

/// A public key of the test vectors of Web Authentication Level 3, section 16.
constexpr std::string_view kPublicKey =
    "a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b0345"
    "8a"
    "bf879717c12cc68ed73290af2e2664796b9220";

void check(BytesView input) {
  const Bytes key = decode_hex(kPublicKey).value();
  const webauthn::SignedMaterial material{to_bytes("{}"), Bytes(input.begin(), input.end()), Bytes(70, 1)};
  fuzz::require(!webauthn::verify_signed_material("example.org", key, material));
  const auto data = webauthn::parse_authenticator_data(input);
  fuzz::require(!data || input.size() >= 37);

  const auto parsed = webauthn::parse_assertion(as_text(input));
  if (!parsed) return;
  fuzz::require(parsed->credential_id.size() <= 1023 && !parsed->credential_id.empty());
  const webauthn::StoredCredential stored{.credential_id = parsed->credential_id, .public_key = key, .user_handle = {}};
  const auto assertion =
      webauthn::verify_assertion({"example.org", {"https://example.org"}}, Bytes(3, 0), *parsed, stored, {});
  fuzz::require(!assertion);
}

}  // namespace
}  // namespace signet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  signet::check({data, size});
  return 0;
}
