// Vectors: https://github.com/C2SP/wycheproof, testvectors_v1 (Apache 2.0), trimmed as
// tests/vectors/wycheproof/README.md says.

#include <gtest/gtest.h>

#include <set>

#include "jose/jws.h"
#include "support/wycheproof.h"

namespace signet::jose {
namespace {

/// A group's key or key set as the house would have taken it from a client's `jwks`.
Result<JwkSet> read_keys(const json::object& key) {
  if (key.contains("keys")) return parse_jwk_set(key);
  return parse_jwk_set(json::object{{"keys", json::array{key}}});
}

bool verifies(const Result<JwkSet>& keys, std::string_view token) {
  const auto jws = UnverifiedJws::parse(token);
  return keys && jws && jws->verify(*keys);
}

/// Valid by the vectors and refused here on purpose.
bool is_stricter_here(const json::object& group, std::int64_t id) {
  // RFC 7520's figures: their keys name "PS256" for a PS384 signature and "ES521", which is no algorithm.
  static const std::set<std::int64_t> kFigures{346, 347, 350, 351};
  const bool is_rs384_or_rs512 = id >= 264 && id <= 271;
  // No HMAC at all.
  return is_rs384_or_rs512 || kFigures.contains(id) || peek_string(group.at("public").as_object(), "kty") == "oct";
}

void expect_verdicts(const std::string& file, int count, int accepted) {
  int seen = 0;
  int valid = 0;
  const json::object vectors = test::load_wycheproof(file);
  for (const auto& value : vectors.at("testGroups").as_array()) {
    const json::object& group = value.as_object();
    const auto keys = read_keys(group.at("public").as_object());
    for (const auto& item : group.at("tests").as_array()) {
      const json::object& test = item.as_object();
      const std::int64_t id = test.at("tcId").as_int64();
      const bool verdict = verifies(keys, peek_string(test, "jws"));
      ++seen;
      valid += verdict ? 1 : 0;
      const bool expected = test::expected_result(test) == test::Expected::Valid && !is_stricter_here(group, id);
      EXPECT_EQ(verdict, expected) << "tcId " << id << ": " << peek_string(test, "comment");
    }
  }
  EXPECT_EQ(seen, count);
  EXPECT_EQ(valid, accepted);
}

TEST(Wycheproof, EverySignedTokenGetsTheVerdictOfTheVectors) {
  expect_verdicts("json_web_signature", 401, 24);
}

TEST(Wycheproof, EveryKeySetGetsTheVerdictOfTheVectors) {
  expect_verdicts("json_web_key", 12, 1);
}

}  // namespace
}  // namespace signet::jose
