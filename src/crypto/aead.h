#pragma once
// Sealing of data at rest: AES-256-GCM under the master key.

#include "base/bytes.h"
#include "base/random.h"
#include "base/secret.h"

namespace signet::crypto {

/// A 256-bit key that seals other secrets.
class SealingKey {
 public:
  /// `key` must be 32 bytes. Fails: Malformed
  [[nodiscard]] static Result<SealingKey> make(SecretBytes key);

  /// nonce (12) || ciphertext || tag (16). `context` is authenticated but not stored: it ties the seal to its row.
  [[nodiscard]] Bytes seal(Random& random, BytesView plain, BytesView context) const;
  /// Fails: BadSignature when key, context or data differ from those that were sealed.
  [[nodiscard]] Result<SecretBytes> open(BytesView sealed, BytesView context) const;

 private:
  explicit SealingKey(SecretBytes key) : key_(std::move(key)) {}
  SecretBytes key_;
};

}  // namespace signet::crypto
