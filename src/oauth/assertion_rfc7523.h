#pragma once
// Client authentication by a signed JWT (private_key_jwt). Spec: RFC7521-4.2, RFC7523-3, RFC 10070,
// FAPI2-SP-FINAL-5.3.2.1

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/form.h"
#include "jose/jwt.h"
#include "oauth/profile.h"

namespace signet::oauth {

inline constexpr std::string_view kClientAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
inline constexpr std::string_view kClientAssertionTyp = "client-authentication+jwt";
inline constexpr std::size_t kMaxJtiBytes = 256;

/// An assertion whose signature has not been checked; `client_id` is who it claims to come from.
struct UnverifiedAssertion {
  std::string client_id;
  jose::UnverifiedJws jws;
  jose::Claims claims;
};

/// The client assertion of a form, or nothing when the form has none. A `client_id` beside it must agree.
/// Fails: InvalidClient (unknown type, half of the pair, not a JWT, iss and sub differ, other client_id),
/// InvalidRequest
[[nodiscard]] Result<std::optional<UnverifiedAssertion>> parse_client_assertion(const http::Form& form);

struct AssertionExpectation {
  std::string_view client_id;
  std::string_view issuer;  ///< of the authorization server, as its metadata has it
  std::span<const std::string_view>
      endpoint_urls;  ///< URLs of the endpoint that is called, for profiles that allow them
  const Profile& profile;
  std::optional<crypto::SignatureAlgorithm> registered_alg;  ///< token_endpoint_auth_signing_alg
  Instant now;
};
/// What the replay store must remember, under replay_hash(ReplayKind::ClientAssertion, ...).
struct AssertionReplay {
  std::string jti;
  Instant until;
};
/// Every rule but the signature: cheap, so it comes first. Accepting needs `jws.verify` and the replay store as well.
/// Fails: InvalidClient
[[nodiscard]] Result<AssertionReplay> check_client_assertion_claims(const UnverifiedAssertion& assertion,
                                                                    const AssertionExpectation& expected);

/// The payload a client signs with `typ` kClientAssertionTyp. The audience is always the issuer, as a string.
[[nodiscard]] std::string render_client_assertion_claims(std::string_view client_id, std::string_view issuer,
                                                         std::string_view jti, Instant now,
                                                         Duration lifetime = seconds{60});

}  // namespace signet::oauth
