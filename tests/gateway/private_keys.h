#pragma once
// Private keys as their JWK texts, right and wrong.

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace signet::test {

// RFC 7515 appendix A.3.1.
inline constexpr std::string_view kEcPublic =
    R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";
inline constexpr std::string_view kEcPrivate = R"("d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")";
// RFC 8037 appendix A.1.
inline constexpr std::string_view kEdPublic =
    R"("kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";
inline constexpr std::string_view kEdPrivate = R"("d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")";

/// {…,…}
inline std::string make_jwk(std::string_view public_members, std::string_view others) {
  return fmt::format("{{{},{}}}", public_members, others);
}
inline std::string ec_jwk() {
  return make_jwk(kEcPublic, kEcPrivate);
}
inline std::string ed_jwk() {
  return make_jwk(kEdPublic, kEdPrivate);
}
/// The private value of one key under the public point of another.
inline std::string mismatched_ec_jwk() {
  return make_jwk(kEcPublic, kEdPrivate);
}
inline std::string mismatched_ed_jwk() {
  return make_jwk(kEdPublic, kEcPrivate);
}

}  // namespace signet::test
