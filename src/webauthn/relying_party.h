#pragma once
// Who asks for a credential, and the words of WebAuthn that both ceremonies use.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::webauthn {

struct RelyingParty {
  std::string id;                    ///< the RP ID: a domain, "login.bank.example"
  std::vector<std::string> origins;  ///< compared whole: "https://login.bank.example", "android:apk-key-hash:…"
};

/// The algorithms that credentials may use, with their COSE numbers. Spec: WEBAUTHN-5.8.5
enum class CoseAlgorithm : std::int16_t { ES256 = -7, EdDSA = -8, RS256 = -257 };

[[nodiscard]] std::optional<CoseAlgorithm> find_cose_algorithm(std::int64_t number);

enum class UserVerification { Required, Preferred, Discouraged };

[[nodiscard]] std::string_view name_of(UserVerification verification);

}  // namespace signet::webauthn
