#pragma once
// What `PublicKeyCredential.toJSON()` gives: the answers of browsers as text. Private to webauthn.
// Spec: WEBAUTHN-5.1 (RegistrationResponseJSON, AuthenticationResponseJSON)

#include "base/json.h"
#include "webauthn/assertion.h"

namespace signet::webauthn {

struct RegistrationResponse {
  Bytes credential_id;
  Bytes client_data_json;
  Bytes attestation_object;
  std::vector<std::string> transports;
  std::string authenticator_attachment;  ///< "platform", "cross-platform" or empty
  std::optional<bool> discoverable;      ///< `rk` of the extension credProps
};

/// Fails: Malformed, TooLarge (above 16 KiB)
[[nodiscard]] Result<RegistrationResponse> parse_registration_response(std::string_view credential_json);

}  // namespace signet::webauthn
