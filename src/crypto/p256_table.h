#pragma once
// A P-256 public key that verifies often: a table of its multiples, with which a signature costs less than half.
// Private to crypto.
//
// ECDSA asks for u1·G + u2·Q. OpenSSL has a table for G; for Q it doubles and adds its way through 256 bits, which is
// most of a verification. With a table for Q as well both halves are look-ups and additions.

#include <memory>

#include "crypto/key.h"

namespace signet::crypto {

/// Immutable once made. Thread: any
class P256Table {
 public:
  /// Takes milliseconds and 150 KB. `point` is on the curve. Null when memory is short.
  [[nodiscard]] static std::shared_ptr<const P256Table> make(const EcPoint& point);
  ~P256Table();
  P256Table(const P256Table&) = delete;
  P256Table& operator=(const P256Table&) = delete;

  /// Does the raw signature r||s belong to the digest? Spec: FIPS186-5-6.4.2
  [[nodiscard]] bool verify(const Digest256& digest, BytesView raw_signature) const;

 private:
  struct Impl;
  explicit P256Table(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::crypto
