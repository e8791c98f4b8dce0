#include "oauth/access_token_jti.h"

namespace signet::oauth {
namespace {

constexpr std::size_t kUniqueBytes = 16;

}  // namespace

std::string make_access_token_jti(std::string_view grant_id, std::string_view unique) {
  if (grant_id.empty()) return std::string(unique);
  return std::string(grant_id) + "." + std::string(unique);
}

std::string make_access_token_jti(std::string_view grant_id, const TokenHash& token_hash) {
  // The front of a hash is a time, so the name is taken from its end.
  return make_access_token_jti(grant_id, encode_base64url(token_hash.bytes().last(kUniqueBytes)));
}

std::string_view grant_of_jti(std::string_view jti) {
  const auto dot = jti.find('.');
  return dot == std::string_view::npos ? std::string_view{} : jti.substr(0, dot);
}

}  // namespace signet::oauth
