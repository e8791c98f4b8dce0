#pragma once
// What a client holds after a successful token request, with the key that makes it usable.

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "crypto/key.h"
#include "oauth/sender_constraint.h"

namespace signet::client {

struct Tokens {
  SecretText access_token;
  oauth::SenderConstraint::Kind binding = oauth::SenderConstraint::Kind::Dpop;
  std::optional<crypto::PrivateKey> dpop_key;  ///< set when `binding` is Dpop: without it the token is worthless
  std::optional<Instant> expires_at;           ///< nothing when the server did not say
  SecretText refresh_token;                    ///< empty when none was issued
  std::vector<std::string> scope;              ///< granted; may be less than was asked for
  json::array authorization_details;           ///< granted (RFC 9396); empty when there are none
  SecretText id_token;                         ///< verified; empty without OpenID Connect
  std::string sub;                             ///< of the ID token
  std::string nonce;                           ///< of the login; an ID token of a refresh may repeat it
};

/// The `Authorization` value of an API request.
[[nodiscard]] std::string render_authorization(const Tokens& tokens);

}  // namespace signet::client
