#pragma once
// Reads a trimmed Wycheproof file of tests/vectors/wycheproof (see the README there).

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "base/json.h"

namespace signet::test {

[[nodiscard]] inline json::object load_wycheproof(const std::string& name) {
  std::ifstream file(SIGNET_SOURCE_DIR "/tests/vectors/wycheproof/" + name + "_test.json");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto object = parse_json_object(text, {.bytes = 1 << 20});
  if (!object) throw std::runtime_error("cannot read the Wycheproof file " + name);
  return *std::move(object);
}

/// What a file says about one signature. "acceptable" tests are those about which the authors leave the choice.
enum class Expected { Valid, Invalid, Either };

[[nodiscard]] inline Expected expected_result(const json::object& test) {
  const std::string_view result = peek_string(test, "result");
  if (result == "valid") return Expected::Valid;
  return result == "invalid" ? Expected::Invalid : Expected::Either;
}

}  // namespace signet::test
