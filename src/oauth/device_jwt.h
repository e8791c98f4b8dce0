#pragma once
// JWTs of a registered device, signed with the key it was registered with: it joins an account, asks what waits for an
// answer, answers. The key stands in the header, so that whoever receives one finds the device by its thumbprint.
//
//   header  {"typ":"signet-device-answer+jwt","alg":"ES256","jwk":{…}}
//   claims  {"aud":"https://as.example","iat":…,"jti":…, and those of its use}

#include <string>
#include <string_view>

#include "base/random.h"
#include "jose/jwt.h"

namespace signet::oauth {

/// What a JWT of a device is for; its `typ` says it, so that none is good for anything else. Spec: RFC8725-3.11
enum class DeviceJwtUse { Registration, Query, Answer };
[[nodiscard]] std::string_view typ_of(DeviceJwtUse use);

/// How long one is accepted after its `iat`.
inline constexpr Duration kDeviceJwtLifetime = seconds{60};

struct DeviceJwt {
  crypto::PublicKey key;
  std::string jkt;  ///< thumbprint of the key, which is what a device is known by
  jose::Claims claims;
  Instant until;  ///< when it stops being accepted; its `jti` is remembered until then
};

/// A JWT that is meant for `issuer`, fresh, with a `jti`, and signed by the key in its header. Whose key that is
/// remains to be found out. Fails: InvalidRequest, the public text names the claim
[[nodiscard]] Result<DeviceJwt> verify_device_jwt(std::string_view text, DeviceJwtUse use, std::string_view issuer,
                                                  Instant now);

/// The same for one that was accepted before and is kept as evidence: its age does not matter any more.
/// Fails: InvalidRequest
[[nodiscard]] Result<DeviceJwt> verify_kept_device_jwt(std::string_view text, DeviceJwtUse use,
                                                       std::string_view issuer);

/// Signs `claims` and the claims that every use has. Fails: UnsupportedAlgorithm (neither P-256 nor Ed25519)
[[nodiscard]] Result<std::string> sign_device_jwt(const crypto::PrivateKey& key, DeviceJwtUse use,
                                                  std::string_view issuer, json::object claims, Instant now,
                                                  Random& random);

/// The hash that an answer carries of the text a device has shown, and a registration of its code: base64url of its
/// SHA-256.
[[nodiscard]] std::string make_device_hash(std::string_view text);

}  // namespace signet::oauth
