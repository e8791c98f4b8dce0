#include "oauth/pkce_rfc7636.h"

#include <algorithm>

#include "crypto/digest.h"

namespace signet::oauth {
namespace {

constexpr bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool is_code_verifier(std::string_view text) {
  return text.size() >= 43 && text.size() <= 128 && std::ranges::all_of(text, is_unreserved);  // RFC7636-4.1
}

}  // namespace

Result<void> check_code_challenge(std::string_view code_challenge, std::string_view code_challenge_method) {
  // RFC7636-4.3 reads a missing method as plain, which RFC9700-2.1.1 forbids: so it must be named
  if (code_challenge_method != "S256")
    return fail(ErrorCode::InvalidRequest, "The parameter code_challenge_method must be S256.");
  const auto digest = decode_base64url(code_challenge);
  if (!digest || digest->size() != 32) {  // RFC7636-4.2
    return fail(ErrorCode::InvalidRequest, "The parameter code_challenge must be 43 characters of base64url.");
  }
  return {};
}

Result<void> check_code_verifier(std::string_view code_challenge, std::optional<std::string_view> code_verifier) {
  if (code_challenge.empty()) {
    // RFC9700-4.8.2: a verifier without a challenge is a downgrade attempt
    if (code_verifier)
      return fail(ErrorCode::InvalidGrant, "A code_verifier was sent, but the request had no code_challenge.");
    return {};
  }
  if (!code_verifier) return fail(ErrorCode::InvalidGrant, "The parameter code_verifier is missing.");
  if (!is_code_verifier(*code_verifier) ||  // RFC7636-4.6
      !equal_in_constant_time(as_bytes(make_code_challenge(*code_verifier)), as_bytes(code_challenge))) {
    return fail(ErrorCode::InvalidGrant, "The code_verifier does not belong to the code_challenge.");
  }
  return {};
}

std::string make_code_challenge(std::string_view code_verifier) {
  return encode_base64url(crypto::sha256(code_verifier));
}

}  // namespace signet::oauth
