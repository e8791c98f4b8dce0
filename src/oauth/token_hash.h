#pragma once
// Stored credentials are hashes, and each kind of hash is a type of its own.

#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/random.h"

namespace signet::oauth {

/// A new token, code or request URI: 43 base64url characters of 48 bits of time and 208 random bits.
///
/// The time is when it expires, in milliseconds. It stands in front of the stored hash too, so that rows which are born
/// together stand together in the database and leave together, without an index by time.
[[nodiscard]] std::string make_credential(Random& random, Instant expires_at);

/// How many bytes of a hash are its time.
inline constexpr std::size_t kTimeBytes = 6;
/// Puts the time of `at` in front of a hash.
void put_expiry_prefix(Digest256& hash, Instant at);
/// The first bytes of the hash of a credential that expires at `at`, for looking at all that went before.
[[nodiscard]] Bytes expiry_prefix(Instant at);

namespace token_hash_detail {
/// SHA-256 of a credential's text. `Kind` only tells the types apart.
template <class Kind>
class CredentialHash {
 public:
  /// The hash of the credential; the text is not kept. Of a credential of ours the first six bytes are its time, the
  /// other 26 are SHA-256; of a foreign text (a JWT) the first six are zero.
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
struct SessionKind;
struct InstanceKind;
}  // namespace token_hash_detail

/// Of access and refresh tokens, request URIs, registration tokens.
using TokenHash = token_hash_detail::CredentialHash<token_hash_detail::TokenKind>;
/// Of authorization codes.
using CodeHash = token_hash_detail::CredentialHash<token_hash_detail::CodeKind>;
/// Of the cookies of login sessions, and of what an app keeps instead.
using SessionHash = token_hash_detail::CredentialHash<token_hash_detail::SessionKind>;
/// Of the handles of logins in progress.
using InstanceHash = token_hash_detail::CredentialHash<token_hash_detail::InstanceKind>;

}  // namespace signet::oauth
