#include "gateway/phantom_token.h"

#include "base/text.h"
#include "oauth/jwt_access_token_rfc9068.h"
#include "oauth/jwt_introspection_rfc9701.h"

namespace signet::gateway {
namespace {

Result<oauth::IntrospectionResponse> read_introspection_jwt(std::string_view jwt, const jose::JwkSet& keys,
                                                            const PhantomExpectation& expected) {
  return oauth::verify_introspection_jwt(jwt, keys,
                                         {.issuer = expected.issuer,
                                          .resource_server = expected.client_id,
                                          .now = expected.now,
                                          .algorithms = expected.algorithms,
                                          .clock = expected.clock});
}

Result<oauth::IntrospectionResponse> read_access_token_jwt(std::string_view jwt, const jose::JwkSet& keys,
                                                           const PhantomExpectation& expected) {
  TRY_ASSIGN(const jose::UnverifiedJws jws, jose::UnverifiedJws::parse(jwt, kMaxPhantomBytes));
  TRY(oauth::check_access_token_header(jws.header(), expected.algorithms));
  TRY_ASSIGN(const std::string_view payload, jws.verify(keys));
  TRY_ASSIGN(oauth::JwtAccessToken token, oauth::parse_access_token_claims(payload));
  // Whether it is for this API is asked in every request: a token may be used at several
  const std::string any_audience = token.aud.empty() ? std::string() : token.aud.front();
  TRY(oauth::check_access_token_claims(token, expected.issuer, any_audience, expected.now, expected.clock));
  return to_introspection(std::move(token));
}

std::unexpected<Error> refuse_answer(Error cause) {
  return fail_as(std::move(cause), ErrorCode::Unavailable, "The access token cannot be checked at the moment.");
}

}  // namespace

std::string_view media_type_of(PhantomForm form) {
  return form == PhantomForm::IntrospectionJwt ? oauth::kIntrospectionJwtMediaType : "application/jwt";
}

Result<std::string> peek_kid(std::string_view jwt) {
  TRY_ASSIGN(const jose::UnverifiedJws jws, jose::UnverifiedJws::parse(jwt, kMaxPhantomBytes));
  return jws.header().kid;
}

Result<KnownToken> verify_phantom(std::string_view jwt, const jose::JwkSet& keys, const PhantomExpectation& expected) {
  auto response = expected.form == PhantomForm::IntrospectionJwt ? read_introspection_jwt(jwt, keys, expected)
                                                                 : read_access_token_jwt(jwt, keys, expected);
  if (!response) return refuse_answer(std::move(response).error());
  if (response->active && response->iss.empty()) response->iss = expected.issuer;
  if (!response->active || response->iss != expected.issuer) return KnownToken{};
  return KnownToken{*std::move(response), std::string(jwt)};
}

Duration cache_lifetime(std::string_view cache_control) {
  Duration lifetime = hours{1};
  for (const auto part : split(cache_control, ',')) {
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string directive = to_lower_ascii(trim(part.substr(0, equals)));
    if (directive == "no-store" || directive == "no-cache") return Duration{0};
    if (directive != "max-age") continue;
    // What cannot be read allows nothing
    const auto age = parse_decimal(part.substr(std::min(equals + 1, part.size())));
    lifetime = std::min<Duration>(lifetime, seconds{age ? std::min<std::uint64_t>(*age, 3600) : 0});
  }
  return lifetime;
}

}  // namespace signet::gateway
