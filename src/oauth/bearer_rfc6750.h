#pragma once
// Access tokens in the Authorization header and the challenges that answer them. Spec: RFC6750-2.1, RFC6750-3,
// RFC9449-7.1

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace signet::oauth {

enum class TokenScheme { Bearer, Dpop };
[[nodiscard]] std::string_view name_of(TokenScheme scheme);

inline constexpr std::size_t kMaxAccessTokenBytes = 8 * 1024;

struct PresentedToken {
  TokenScheme scheme = TokenScheme::Bearer;
  std::string token;
};

/// Does a query or a form name an `access_token`, with a value or without, however the name is written and whatever
/// else is broken in the text? Spec: RFC6750-2.2, RFC6750-2.3
[[nodiscard]] bool has_token_parameter(std::string_view form);
/// Places other than the header where the caller has seen an `access_token`.
struct OtherTokenPlaces {
  bool query = false;
  bool form = false;
};

/// The access token of a request; nothing when the request carries no credential of these schemes at all.
/// `authorization` holds the values of all Authorization fields.
/// Spec: RFC6750-2, RFC9449-7.1, FAPI2-SP-FINAL-5.3.4
/// Fails: InvalidRequest (several fields, token in query or form, empty or over-long token, characters beyond token68)
[[nodiscard]] Result<std::optional<PresentedToken>> parse_presented_token(
    std::span<const std::string_view> authorization, OtherTokenPlaces elsewhere = {},
    std::size_t limit = kMaxAccessTokenBytes);

/// One challenge of WWW-Authenticate. Empty members are left out.
struct Challenge {
  TokenScheme scheme = TokenScheme::Bearer;
  std::string realm;
  std::string error;
  std::string error_description;
  std::vector<std::string> scope;
  std::string resource_metadata;        ///< RFC9728-5.1
  std::vector<std::string> acr_values;  ///< RFC9470-3
  std::optional<Duration> max_age;      ///< RFC9470-3
  std::vector<std::string> algs;        ///< RFC9449-7.1, DPoP only
};
[[nodiscard]] std::string render_challenge(const Challenge& challenge);
/// The Bearer and DPoP challenges of all WWW-Authenticate values; other schemes and unknown parameters are skipped.
/// Fails: Malformed, TooLarge
[[nodiscard]] Result<std::vector<Challenge>> parse_challenges(std::span<const std::string_view> www_authenticate);

}  // namespace signet::oauth
