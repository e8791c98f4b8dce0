// Attestation objects, alone and in the answer of a browser: what is accepted is canonical CBOR that is used whole, and
// none is trusted, since nobody signed it.

#include "base/json.h"
#include "require.h"
#include "webauthn/attestation_object.h"
#include "webauthn/registration.h"

namespace signet {
namespace {

void check(BytesView input) {
  if (const auto document = webauthn::CborDocument::parse(input)) {
    fuzz::require(document->root().serialize() == Bytes(input.begin(), input.end()));
  }
  const auto object = webauthn::parse_attestation_object(input);
  if (!object) return;
  const auto& credential = object->credential;
  fuzz::require(!credential.credential_id.empty() && credential.credential_id.size() <= 1023);
  const std::string id = encode_base64url(credential.credential_id);
  const json::object client_data{{"type", "webauthn.create"}, {"challenge", "AAAA"}, {"origin", "https://example.org"}};
  const json::object response{{"clientDataJSON", encode_base64url(as_bytes(render_json(client_data)))},
                              {"attestationObject", encode_base64url(input)}};
  const json::object answer{{"id", id}, {"rawId", id}, {"type", "public-key"}, {"response", response}};
  webauthn::RegistrationPolicy policy;
  policy.unknown_formats_as_none = true;
  const auto registration =
      webauthn::verify_registration({"example.org", {"https://example.org"}}, Bytes(3, 0), render_json(answer), policy);
  fuzz::require(!registration || (!registration->trusted && registration->credential_id == credential.credential_id));
}

}  // namespace
}  // namespace signet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  signet::check({data, size});
  return 0;
}
