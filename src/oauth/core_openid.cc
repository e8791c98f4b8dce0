#include "oauth/core_openid.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "crypto/digest.h"
#include "oauth/claims.h"

namespace signet::oauth {
namespace {

struct ScopeClaims {
  std::string_view scope;
  std::span<const std::string_view> claims;
};

// OIDC-5.4
constexpr std::string_view kProfileClaims[] = {
    "name",    "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
    "website", "gender",      "birthdate",  "zoneinfo",    "locale",   "updated_at"};
constexpr std::string_view kEmailClaims[] = {"email", "email_verified"};
constexpr std::string_view kAddressClaims[] = {"address"};
constexpr std::string_view kPhoneClaims[] = {"phone_number", "phone_number_verified"};
constexpr ScopeClaims kScopes[] = {
    {"profile", kProfileClaims}, {"email", kEmailClaims}, {"address", kAddressClaims}, {"phone", kPhoneClaims}};

/// Claims that only the server itself says; an account's data cannot set them.
constexpr std::array<std::string_view, 16> kProtocolClaims = {"iss",    "sub",       "aud",   "exp", "nbf", "iat",
                                                              "jti",    "auth_time", "azp",   "acr", "amr", "at_hash",
                                                              "c_hash", "s_hash",    "nonce", "sid"};

bool is_protocol_claim(std::string_view name) {
  return std::ranges::find(kProtocolClaims, name) != kProtocolClaims.end();
}

/// JsonWriter trusts its names: nothing that would have to be escaped may become one.
bool is_plain_name(std::string_view name) {
  return is_visible_ascii(name) && name.find_first_of("\"\\") == std::string_view::npos;
}

void copy_claim(const json::object& from, std::string_view name, json::object& to) {
  const auto* value = from.if_contains(name);
  if (value != nullptr && !is_protocol_claim(name)) to[name] = *value;
}

constexpr std::size_t kMaxClaimRequests = 64;

Result<void> read_values(const json::object& options, ClaimRequest& claim) {
  TRY_ASSIGN(const auto essential, find_bool(options, "essential"));
  claim.essential = essential.value_or(false);
  if (const auto* value = options.if_contains("value")) {
    claim.values.push_back(value->is_string() ? std::string(value->get_string()) : render_json(*value));
  }
  if (options.if_contains("values") == nullptr) return {};
  const auto* values = options.at("values").if_array();
  if (values == nullptr || values->size() > kMaxClaimRequests) {
    return fail(ErrorCode::Malformed, "The member values must be a short array.");
  }
  for (const auto& value : *values) {
    claim.values.push_back(value.is_string() ? std::string(value.get_string()) : render_json(value));
  }
  return {};
}

Result<std::vector<ClaimRequest>> read_claim_requests(const json::object& object, std::string_view place) {
  std::vector<ClaimRequest> out;
  const auto* claims = object.if_contains(place);
  if (claims == nullptr || claims->is_null()) return out;
  if (!claims->is_object() || claims->get_object().size() > kMaxClaimRequests) {
    return fail(ErrorCode::Malformed, "The members of claims must be short objects.");
  }
  for (const auto& [name, options] : claims->get_object()) {
    ClaimRequest claim{.name = std::string(name), .values = {}};
    if (options.is_object()) {
      TRY(read_values(options.get_object(), claim));
    } else if (!options.is_null()) {  // OIDC-5.5.1: null or an object
      return fail(ErrorCode::Malformed, "A claim must be requested with null or an object.");
    }
    out.push_back(std::move(claim));
  }
  return out;
}

std::string half(BytesView digest) {
  return encode_base64url(digest.first(digest.size() / 2));
}

Result<void> check_parties(const jose::Claims& claims, const IdTokenExpectation& expected) {
  constexpr auto kCode = ErrorCode::InvalidToken;
  if (claims.iss != expected.issuer) return fail(kCode, "The ID token is of another issuer.");  // OIDC-3.1.3.7 step 2
  if (!contains(claims.aud, expected.client_id)) return fail(kCode, "The ID token is for another client.");  // step 3
  const auto azp = peek_string(claims.members, "azp");
  if (claims.aud.size() > 1 && azp.empty())
    return fail(kCode, "The ID token has several audiences and no azp.");  // step 4
  if (claims.members.contains("azp") && azp != expected.client_id) {       // step 5
    return fail(kCode, "The azp of the ID token is another client.");
  }
  if (!claims.sub || claims.sub->size() > 255 || !is_visible_ascii(*claims.sub)) {  // OIDC-2
    return fail(kCode, "The ID token has no acceptable sub.");
  }
  return {};
}

Result<void> check_login(const jose::Claims& claims, const IdTokenExpectation& expected) {
  constexpr auto kCode = ErrorCode::InvalidToken;
  TRY_ASSIGN(const auto nonce, find_string(claims.members, "nonce"));
  if (nonce != expected.nonce)
    return fail(kCode, "The nonce of the ID token is not the one of this login.");  // OIDC-3.1.3.7 step 11
  TRY_ASSIGN(const auto auth_time, find_time(claims.members, "auth_time"));
  if (expected.max_age &&
      (!auth_time || *auth_time + *expected.max_age + expected.clock.past < expected.now)) {  // step 13
    return fail(kCode, "The login behind the ID token is older than was asked for.");
  }
  return {};
}

}  // namespace

std::span<const std::string_view> claims_of_scope(std::string_view scope) {
  const auto* const row = std::ranges::find(kScopes, scope, &ScopeClaims::scope);
  if (row == std::end(kScopes)) return {};
  return row->claims;
}

Result<ClaimsParameter> parse_claims_parameter(std::string_view text) {
  constexpr auto kCode = ErrorCode::InvalidRequest;
  auto object = parse_json_object(text);
  if (!object) return fail_as(std::move(object).error(), kCode, "The parameter claims must be a JSON object.");
  auto id_token = read_claim_requests(*object, "id_token");
  if (!id_token)
    return fail_as(std::move(id_token).error(), kCode, "The parameter claims has a malformed id_token member.");
  auto userinfo = read_claim_requests(*object, "userinfo");
  if (!userinfo)
    return fail_as(std::move(userinfo).error(), kCode, "The parameter claims has a malformed userinfo member.");
  return ClaimsParameter{*std::move(id_token), *std::move(userinfo)};
}

const ClaimRequest* find_claim(std::span<const ClaimRequest> claims, std::string_view name) {
  const auto found = std::ranges::find(claims, name, &ClaimRequest::name);
  return found == claims.end() ? nullptr : &*found;
}

Result<std::vector<std::string>> parse_prompt(std::string_view text) {
  constexpr std::array<std::string_view, 4> kKnown = {"none", "login", "consent", "select_account"};
  std::vector<std::string> prompt = split_words(text);
  for (const auto& word : prompt) {
    if (std::ranges::find(kKnown, word) == kKnown.end()) {
      return fail(ErrorCode::InvalidRequest, "The parameter prompt has a value that is not supported.");
    }
  }
  if (prompt.size() > 1 && contains(prompt, "none")) {  // OIDC-3.1.2.1
    return fail(ErrorCode::InvalidRequest, "The value none of the parameter prompt must stand alone.");
  }
  return prompt;
}

Result<Duration> parse_max_age(std::string_view text) {
  const auto number = parse_decimal(text);
  if (!number || *number > 10ULL * 365 * 24 * 3600) {
    return fail(ErrorCode::InvalidRequest, "The parameter max_age must be a number of seconds.");
  }
  return Duration{seconds{static_cast<std::int64_t>(*number)}};
}

json::object filter_userinfo_claims(const json::object& account_claims, const std::vector<std::string>& scope,
                                    std::span<const ClaimRequest> requested) {
  json::object out;
  for (const auto& word : scope) {
    for (const auto name : claims_of_scope(word)) copy_claim(account_claims, name, out);
  }
  for (const auto& claim : requested) copy_claim(account_claims, claim.name, out);
  return out;
}

json::object filter_id_token_claims(const json::object& account_claims, std::span<const ClaimRequest> requested) {
  return filter_userinfo_claims(account_claims, {}, requested);
}

std::string render_id_token_claims(const IdToken& token) {
  JsonWriter writer;
  writer.text("iss", token.iss).text("sub", token.sub).text("aud", token.aud);
  writer.number("exp", to_unix_seconds(token.exp)).number("iat", to_unix_seconds(token.iat));
  write_time_if(writer, "auth_time", token.auth_time);
  if (token.nonce) writer.text("nonce", *token.nonce);
  writer.text_if("acr", token.acr);
  write_strings_if(writer, "amr", token.amr);
  writer.text_if("at_hash", token.at_hash).text_if("sid", token.sid);
  for (const auto& [name, value] : token.claims) {
    if (!is_protocol_claim(name) && is_plain_name(name)) writer.raw(name, render_json(value));
  }
  return std::move(writer).take();
}

bool asks_for_auth_time(const AuthorizationRequest& request, bool require_auth_time) {
  return require_auth_time || request.max_age.has_value() ||
         find_claim(request.id_token_claims, "auth_time") != nullptr;
}

std::string left_half_hash(crypto::SignatureAlgorithm alg, std::string_view value) {
  using enum crypto::SignatureAlgorithm;
  switch (alg) {
    case ES384:
    case PS384:
      return half(crypto::sha384(as_bytes(value)));
    case ES512:
    case PS512:
    case EdDSA:  // Ed25519 hashes with SHA-512
      return half(crypto::sha512(as_bytes(value)));
    default:
      return half(crypto::sha256(value));
  }
}

Result<jose::Claims> verify_id_token(std::string_view text, const jose::JwkSet& keys,
                                     const IdTokenExpectation& expected) {
  TRY_ASSIGN(const jose::UnverifiedJws jws, jose::UnverifiedJws::parse(text));
  const jose::JwsHeader& header = jws.header();
  if (!header.typ.empty() && header.typ != "jwt") {  // a logout token or an access token has the same keys, but says so
    return fail(ErrorCode::InvalidToken, "The typ of the ID token is of another kind of JWT.");
  }
  if (std::ranges::find(expected.algorithms, header.alg) == expected.algorithms.end()) {  // OIDC-3.1.3.7 step 7
    return fail(ErrorCode::UnsupportedAlgorithm, "The algorithm of the ID token is not allowed.");
  }
  TRY_ASSIGN(const std::string_view payload, jws.verify(keys));  // OIDC-3.1.3.7 step 6, without its exception for TLS
  TRY_ASSIGN(jose::Claims claims, jose::parse_claims(payload));
  TRY(check_parties(claims, expected));
  if (!claims.exp || !claims.iat)
    return fail(ErrorCode::InvalidToken, "The ID token must have exp and iat.");  // OIDC-2
  TRY(jose::check_times(claims, expected.now, expected.clock));
  TRY(check_login(claims, expected));
  const auto at_hash = peek_string(claims.members, "at_hash");
  if (claims.members.contains("at_hash") && !expected.access_token.empty() &&
      at_hash != left_half_hash(header.alg, expected.access_token)) {  // OIDC-3.1.3.8
    return fail(ErrorCode::InvalidToken, "The at_hash of the ID token is of another access token.");
  }
  return claims;
}

std::string make_pairwise_subject(const SecretBytes& salt, std::string_view sector, std::string_view account_id) {
  Bytes message = to_bytes(sector);
  message.push_back(0);  // a host has no NUL, so no two pairs give the same text
  message.insert(message.end(), account_id.begin(), account_id.end());
  return encode_base64url(crypto::hmac_sha256(salt.reveal(), message));
}

}  // namespace signet::oauth
