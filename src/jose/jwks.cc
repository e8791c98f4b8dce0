#include "jose/jwks.h"

namespace signet::jose {
namespace {

constexpr std::size_t kMaximumKeys = 64;

bool has_secret_members(const json::object& key) {
  for (const auto name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    if (key.contains(name)) return true;
  }
  return peek_string(key, "kty") == "oct";
}

bool is_known_use(std::string_view use) {
  return use.empty() || use == "sig" || use == "enc";
}

}  // namespace

std::vector<const Jwk*> JwkSet::candidates(std::string_view kid, crypto::SignatureAlgorithm algorithm) const {
  std::vector<const Jwk*> found;
  for (const auto& jwk : keys_) {
    // FAPI2-SP-FINAL-5.4: a kid may stand twice, so the other attributes decide as well.
    if ((kid.empty() || jwk.kid == kid) && jwk.may_verify(algorithm)) found.push_back(&jwk);
  }
  return found;
}

Result<JwkSet> parse_jwk_set(const json::object& object) {
  const json::value* list = object.if_contains("keys");
  if (list == nullptr || !list->is_array()) return fail(ErrorCode::Malformed, "The JWK set has no list of keys.");
  if (list->as_array().size() > kMaximumKeys) return fail(ErrorCode::TooLarge, "The JWK set has too many keys.");
  std::vector<Jwk> keys;
  for (const json::value& item : list->as_array()) {
    if (!item.is_object()) return fail(ErrorCode::Malformed, "A member of the JWK set is not an object.");
    if (has_secret_members(item.as_object())) {
      return fail(ErrorCode::Malformed, "The JWK set holds private or symmetric key material.");
    }
    // RFC7517-5: keys that are not understood or lack members are left out; they do not spoil the others.
    if (auto jwk = parse_public_jwk(item.as_object()); jwk && is_known_use(jwk->use)) keys.push_back(*std::move(jwk));
  }
  return JwkSet(std::move(keys));
}

Result<JwkSet> parse_jwk_set(std::string_view text) {
  TRY_ASSIGN(const json::object object, parse_json_object(text, {.bytes = 256 * 1024}));
  return parse_jwk_set(object);
}

json::object to_json(const JwkSet& set) {
  json::array keys;
  for (const auto& jwk : set.keys()) keys.emplace_back(to_json(jwk));
  return {{"keys", std::move(keys)}};
}

}  // namespace signet::jose
