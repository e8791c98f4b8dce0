#pragma once
// Access tokens as JWTs: payload and checks. Spec: RFC9068-2, RFC9068-4

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jose/jwt.h"
#include "oauth/sender_constraint.h"

namespace signet::oauth {

inline constexpr std::string_view kAccessTokenTyp = "at+jwt";

struct JwtAccessToken {
  std::string iss;
  std::string sub;
  std::vector<std::string> aud;
  std::string client_id;
  Instant exp{};
  Instant iat{};
  std::string jti;
  std::vector<std::string> scope;
  std::string acr;
  std::vector<std::string> amr;
  std::optional<Instant> auth_time;
  SenderConstraint cnf;
  std::string authorization_details;  ///< a JSON array text
  std::string phantom_of = {};        ///< hash of the token that it stands for behind a gateway; else empty
};

[[nodiscard]] std::string render_access_token_claims(const JwtAccessToken& token);
/// Fails: Malformed (a required claim is missing or has a wrong type)
[[nodiscard]] Result<JwtAccessToken> parse_access_token_claims(std::string_view payload);

/// `typ` at+jwt and an allowed algorithm: an ID token or a logout token is not an access token. Fails: InvalidToken
[[nodiscard]] Result<void> check_access_token_header(const jose::JwsHeader& header,
                                                     std::span<const crypto::SignatureAlgorithm> algorithms);
/// Fails: InvalidToken (issuer, audience, expired, from the future)
[[nodiscard]] Result<void> check_access_token_claims(const JwtAccessToken& token, std::string_view issuer,
                                                     std::string_view audience, Instant now,
                                                     jose::ClockTolerance clock);

}  // namespace signet::oauth
