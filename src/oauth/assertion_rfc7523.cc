#include "oauth/assertion_rfc7523.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "oauth/core_rfc6749.h"

namespace signet::oauth {
namespace {

constexpr std::size_t kMaxAssertionBytes = 8 * 1024;
constexpr auto kCode = ErrorCode::InvalidClient;

Result<void> check_names(const jose::Claims& claims, std::optional<std::string_view> client_id) {
  // RFC7523-3: iss and sub are the client_id
  if (!claims.iss || !claims.sub) return fail(kCode, "The client_assertion must have iss and sub.");
  if (*claims.iss != *claims.sub) return fail(kCode, "The client_assertion must have the same iss and sub.");
  if (!is_client_id(*claims.sub)) return fail(kCode, "The client_assertion has a sub that is no client_id.");
  // RFC7521-4.2: a client_id beside the assertion must name the same client
  if (client_id && *client_id != *claims.sub)
    return fail(kCode, "The client_id is not the subject of the client_assertion.");
  return {};
}

Result<void> check_header(const jose::JwsHeader& header, const AssertionExpectation& expected) {
  // RFC10070-4: old clients send no typ or JWT; every other type was made for another purpose with the same key
  constexpr std::array<std::string_view, 3> kTypes = {"", "jwt", kClientAssertionTyp};
  if (std::ranges::find(kTypes, header.typ) == kTypes.end()) {
    return fail(kCode, "The typ of the client_assertion is of another kind of JWT.");
  }
  // FAPI2-SP-FINAL-5.4.1: PS256, ES256 or EdDSA
  if (!expected.profile.allows(header.alg)) return fail(kCode, "The algorithm of the client_assertion is not allowed.");
  if (expected.registered_alg && *expected.registered_alg != header.alg) {  // OIDC DCR-2
    return fail(kCode, "The algorithm of the client_assertion is not the one the client registered.");
  }
  return {};
}

bool is_accepted_audience(std::string_view audience, const AssertionExpectation& expected) {
  return audience == expected.issuer ||
         std::ranges::find(expected.endpoint_urls, audience) != expected.endpoint_urls.end();
}

bool fits_audience(const jose::Claims& claims, const AssertionExpectation& expected) {
  switch (expected.profile.assertion_audience) {
    case AssertionAudience::IssuerString:  // FAPI2-SP-FINAL-5.3.2.1: the issuer as a string, in no array
      return !claims.aud_is_array && claims.aud.size() == 1 && claims.aud.front() == expected.issuer;
    case AssertionAudience::Issuer:  // RFC10070-3
      return claims.aud.size() == 1 && claims.aud.front() == expected.issuer;
    case AssertionAudience::IssuerOrEndpoint:  // every one must be ours, or another server could have been meant as
                                               // well
      return !claims.aud.empty() && std::ranges::all_of(claims.aud, [&](const std::string& aud) {
        return is_accepted_audience(aud, expected);
      });
  }
  return false;
}

Result<void> check_life(const jose::Claims& claims, const AssertionExpectation& expected) {
  const Profile& profile = expected.profile;
  if (!claims.exp) return fail(kCode, "The client_assertion must have exp.");  // RFC7523-3
  // FAPI2-SP-FINAL-5.3.2.1: 10 s ahead is accepted, more than 60 s is not
  if (auto times = jose::check_times(claims, expected.now, profile.clock); !times) {
    return fail_as(std::move(times).error(), kCode, "The client_assertion has expired or is not valid yet.");
  }
  if (*claims.exp > expected.now + profile.max_assertion_lifetime + profile.clock.future) {
    return fail(kCode, "The client_assertion has an exp that is too far in the future.");
  }
  if (claims.iat && *claims.iat + profile.max_assertion_lifetime + profile.clock.past < expected.now) {
    return fail(kCode, "The client_assertion has an iat that is too far in the past.");
  }
  return {};
}

}  // namespace

Result<std::optional<UnverifiedAssertion>> parse_client_assertion(const http::Form& form) {
  const auto text = form.find("client_assertion");
  const auto type = form.find("client_assertion_type");
  if (!text && !type) return std::optional<UnverifiedAssertion>();
  TRY(check_no_duplicates(form, {"resource"}));
  if (type != kClientAssertionType)
    return fail(kCode, "The parameter client_assertion_type must be the one of RFC 7523.");
  if (!text) return fail(kCode, "The parameter client_assertion is missing.");
  auto jws = jose::UnverifiedJws::parse(*text, kMaxAssertionBytes);
  if (!jws) return fail_as(std::move(jws).error(), kCode, "The client_assertion is not an acceptable JWT.");
  auto claims = jose::parse_claims(jws->peek_payload());
  if (!claims) return fail_as(std::move(claims).error(), kCode, "The client_assertion has malformed claims.");
  TRY(check_names(*claims, form.find("client_id")));
  std::string client_id = *claims->sub;
  return std::optional(UnverifiedAssertion{std::move(client_id), *std::move(jws), *std::move(claims)});
}

Result<AssertionReplay> check_client_assertion_claims(const UnverifiedAssertion& assertion,
                                                      const AssertionExpectation& expected) {
  const jose::Claims& claims = assertion.claims;
  TRY(check_header(assertion.jws.header(), expected));
  TRY(check_names(claims, expected.client_id));
  if (!fits_audience(claims, expected)) return fail(kCode, "The aud of the client_assertion must be the issuer.");
  TRY(check_life(claims, expected));
  // RFC7523-3 leaves jti to the server; without it a replay could not be told from a second use
  if (!claims.jti || claims.jti->empty() || claims.jti->size() > kMaxJtiBytes) {
    return fail(kCode, "The client_assertion must have a jti of 1 to 256 characters.");
  }
  return AssertionReplay{*claims.jti, *claims.exp + expected.profile.clock.past};
}

std::string render_client_assertion_claims(std::string_view client_id, std::string_view issuer, std::string_view jti,
                                           Instant now, Duration lifetime) {
  JsonWriter writer;
  writer.text("iss", client_id).text("sub", client_id).text("aud", issuer).text("jti", jti);
  writer.number("iat", to_unix_seconds(now)).number("exp", to_unix_seconds(now + lifetime));
  return std::move(writer).take();
}

}  // namespace signet::oauth
