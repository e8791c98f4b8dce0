#pragma once
// Stored credentials are hashes, and each kind of hash is a type of its own.

#include <string_view>

#include "base/bytes.h"

namespace signet::oauth {

namespace token_hash_detail {
/// SHA-256 of a credential's text. `Kind` only tells the types apart.
template <class Kind>
class CredentialHash {
 public:
  /// The hash of the credential itself; the text is not kept.
  [[nodiscard]] static CredentialHash of(std::string_view credential);
  /// A hash that was stored before. Fails: Malformed unless 32 bytes
  [[nodiscard]] static Result<CredentialHash> from_bytes(BytesView bytes);

  [[nodiscard]] BytesView bytes() const { return digest_; }
  [[nodiscard]] const Digest256& digest() const { return digest_; }
  [[nodiscard]] std::string to_text() const { return encode_base64url(digest_); }
  bool operator==(const CredentialHash&) const = default;
  auto operator<=>(const CredentialHash&) const = default;

 private:
  explicit CredentialHash(const Digest256& digest) : digest_(digest) {}
  Digest256 digest_{};
};
struct TokenKind;
struct CodeKind;
}  // namespace token_hash_detail

/// Of access and refresh tokens, request URIs, registration tokens.
using TokenHash = token_hash_detail::CredentialHash<token_hash_detail::TokenKind>;
/// Of authorization codes.
using CodeHash = token_hash_detail::CredentialHash<token_hash_detail::CodeKind>;

}  // namespace signet::oauth
