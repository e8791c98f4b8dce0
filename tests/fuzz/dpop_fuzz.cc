// DPoP proofs: as they stand, and as header and claims on two lines, so that mutations reach the checks behind
// base64url.

#include "oauth/dpop_rfc9449.h"

#include <cstdlib>

namespace signet {
namespace {

constexpr crypto::SignatureAlgorithm kAlgorithms[] = {
    crypto::SignatureAlgorithm::PS256, crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA};

void check(std::string_view text) {
  const auto proof = oauth::parse_dpop_proof(text, kAlgorithms);
  if (!proof) return;
  const oauth::DpopExpectation expected{.method = "POST",
                                        .url = "https://server.example.com/token",
                                        .now = from_unix_seconds(1562262616),
                                        .lifetime = seconds{60},
                                        .clock = {},
                                        .access_token = {}};
  const auto verified = oauth::verify_dpop_proof(*proof, expected);
  if (verified && (verified->jti.empty() || verified->jkt.size() != 43)) std::abort();
}

void check_input(std::string_view text) {
  check(text);
  const auto line = text.find('\n');
  if (line == std::string_view::npos) return;
  const std::string_view first = text.substr(0, line);
  const std::string_view second = text.substr(line + 1);
  check(encode_base64url(as_bytes(first)) + "." + encode_base64url(as_bytes(second)) + ".AAAA");
  if (oauth::same_htu(first, second) != oauth::same_htu(second, first)) std::abort();
  const oauth::DpopNonces nonces(SecretBytes(Bytes(32, 7)), "fuzz");
  if (nonces.check(first, from_unix_seconds(1562262616))) std::abort();  // nobody guesses a tag
}

}  // namespace
}  // namespace signet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  signet::check_input(signet::as_text({data, size}));
  return 0;
}
