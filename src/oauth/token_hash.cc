#include "oauth/token_hash.h"

#include <algorithm>

#include "crypto/digest.h"

namespace signet::oauth {
namespace {

constexpr std::size_t kCredentialText = 43;
constexpr std::size_t kTimeText = 8;  // 48 bits

std::array<std::uint8_t, kTimeBytes> time_of(std::string_view credential) {
  std::array<std::uint8_t, kTimeBytes> time{};
  if (credential.size() != kCredentialText) return time;
  const auto bytes = decode_base64url(credential.substr(0, kTimeText));
  if (bytes) std::ranges::copy_n(bytes->begin(), kTimeBytes, time.begin());
  return time;
}

}  // namespace

void put_expiry_prefix(Digest256& hash, Instant at) {
  const auto millis = static_cast<std::uint64_t>(to_unix_millis(at));
  for (std::size_t i = 0; i < kTimeBytes; ++i) hash[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
}

Bytes expiry_prefix(Instant at) {
  Digest256 hash{};
  put_expiry_prefix(hash, at);
  return {hash.begin(), hash.begin() + kTimeBytes};
}

std::string make_credential(Random& random, Instant expires_at) {
  Digest256 bytes{};
  random.fill(bytes);
  put_expiry_prefix(bytes, expires_at);
  return encode_base64url(bytes);
}

namespace token_hash_detail {

template <class Kind>
CredentialHash<Kind> CredentialHash<Kind>::of(std::string_view credential) {
  Digest256 digest = crypto::sha256(credential);
  std::ranges::copy(time_of(credential), digest.begin());
  return CredentialHash(digest);
}

template <class Kind>
Result<CredentialHash<Kind>> CredentialHash<Kind>::from_bytes(BytesView bytes) {
  Digest256 digest{};
  if (bytes.size() != digest.size()) return fail(ErrorCode::Malformed, "A credential hash must have 32 bytes.");
  std::ranges::copy(bytes, digest.begin());
  return CredentialHash(digest);
}

template class CredentialHash<TokenKind>;
template class CredentialHash<CodeKind>;
template class CredentialHash<SessionKind>;
template class CredentialHash<InstanceKind>;

}  // namespace token_hash_detail
}  // namespace signet::oauth
