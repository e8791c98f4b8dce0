#pragma once
// Chain validation against trust anchors that a configuration names.

#include <memory>
#include <span>
#include <vector>

#include "x509/certificate.h"

struct x509_store_st;

namespace signet::x509 {

/// The certificates that others must lead to.
class TrustAnchors {
 public:
  /// All certificates of a PEM text. Fails: Malformed
  [[nodiscard]] static Result<TrustAnchors> from_pem(std::string_view pem);

  /// Does the leaf lead to an anchor at `now`, with clientAuth allowed? Chains of at most 5. Fails: InvalidClient with
  /// the reason in its detail. Thread: any
  [[nodiscard]] Result<void> verify_client_chain(const Certificate& leaf, std::span<const Bytes> intermediates,
                                                 Instant now) const;
  /// The same for a certificate that attests to a device: no usage is asked for. Fails: Denied with the reason in its
  /// detail. Spec: WEBAUTHN-7.1-24. Thread: any
  [[nodiscard]] Result<void> verify_attestation_chain(const Certificate& leaf, std::span<const Bytes> intermediates,
                                                      Instant now) const;

 private:
  std::shared_ptr<x509_store_st> store_;
};

}  // namespace signet::x509
