#pragma once
// What one location demands, as its directives say it, and the checks that keep a half-written configuration from
// starting. docs/gateway.md explains each directive.

#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "gateway/credential.h"
#include "gateway/phantom_token.h"
#include "verify/verification.h"

namespace signet::gateway {

enum class ClientAuth { Unset, PrivateKeyJwt, Tls };
/// What becomes of the Authorization field on its way to the API.
enum class ForwardedToken { Phantom, Original, None };

inline constexpr Duration kDefaultCeiling = seconds{30};
/// Longer would be no bound for a revocation that the gateway did not hear of.
inline constexpr Duration kMostCeiling = hours{1};

struct Settings {
  std::string issuer;
  std::string audience;
  std::string public_url;                          ///< empty: the origin of the audience
  std::optional<std::vector<std::string>> scopes;  ///< nothing: not said; empty: said that none is needed
  bool accept_dpop = true;
  bool accept_mtls = true;
  bool accept_bearer = false;
  bool opaque_tokens = true;
  bool jwt_tokens = true;
  std::string introspection;  ///< internal locations
  std::string jwks;
  std::string revocations;
  std::string client_id;
  ClientAuth client_auth = ClientAuth::Unset;
  SecretText client_key;  ///< JSON text of a private key
  PhantomForm phantom_form = PhantomForm::IntrospectionJwt;
  bool has_cache = false;
  Duration ceiling = kDefaultCeiling;
  Duration negative_lifetime = seconds{2};
  bool has_replay = false;   ///< a replay zone is named
  bool replay_off = false;   ///< said by name that proofs may be used again
  std::string nonce_group;   ///< empty: no nonces
  SecretText nonce_key_hex;  ///< empty: made with the replay zone
  Duration dpop_lifetime = seconds{60};
  std::vector<std::string> acr_values;
  std::optional<Duration> max_age;
  ForwardedToken forwarded_token = ForwardedToken::Phantom;
  bool forward_key = true;
  std::string realm;
  bool interaction_id = true;
};

/// A location that can decide.
struct Location {
  Settings settings;
  std::string public_origin;
  verify::Policy policy;
  verify::Policy asking_policy;  ///< the same, but the server is asked about JWTs as well
  Credential credential;
};

/// Fails: InvalidRequest with a public text that begins with the name of the directive, for everything that is missing
/// or contradicts something else
[[nodiscard]] Result<Location> make_location(Settings settings);

}  // namespace signet::gateway
