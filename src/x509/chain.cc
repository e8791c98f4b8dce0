#include "x509/chain.h"

#include <openssl/pem.h>

#include "x509/openssl.h"

namespace signet::x509 {
namespace {

using StoreContext = std::unique_ptr<X509_STORE_CTX, openssl::Deleter<X509_STORE_CTX_free>>;

/// OpenSSL counts the certificates between leaf and anchor: 3 of them make a chain of 5.
constexpr int kMaximumIntermediates = 3;
/// What a peer may send beside its leaf: the intermediates and, needlessly, the anchor.
constexpr std::size_t kMaximumSent = 4;
/// At least 112 bits of security: no SHA-1 signatures, no RSA below 2048 bits.
constexpr int kSecurityLevel = 2;

/// What the leaf is for, and how its refusal is told.
struct Role {
  int purpose;
  ErrorCode code;
  PublicText refused;
  PublicText unavailable;
};
constexpr Role kClient{X509_PURPOSE_SSL_CLIENT, ErrorCode::InvalidClient, "The client certificate is not trusted.",
                       "The client certificate cannot be checked now."};
constexpr Role kAttestation{X509_PURPOSE_ANY, ErrorCode::Denied, "The attestation certificate is not trusted.",
                            "The attestation certificate cannot be checked now."};

std::unexpected<Error> refused_chain(const Role& role, std::string reason,
                                     std::source_location where = std::source_location::current()) {
  ERR_clear_error();
  return fail(role.code, role.refused, std::move(reason), where);
}

openssl::X509Stack parse_intermediates(std::span<const Bytes> intermediates) {
  openssl::X509Stack stack(sk_X509_new_null());
  for (const auto& der : intermediates) {
    openssl::X509Ptr certificate = openssl::parse_der(der);
    if (certificate == nullptr || sk_X509_push(stack.get(), certificate.get()) == 0) return nullptr;
    (void)certificate.release();
  }
  return stack;
}

bool set_rules(X509_STORE_CTX* context, const Role& role, Instant now) {
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(rules, static_cast<time_t>(to_unix_seconds(now)));
  X509_VERIFY_PARAM_set_depth(rules, kMaximumIntermediates);
  X509_VERIFY_PARAM_set_auth_level(rules, kSecurityLevel);
  // Any configured certificate is an anchor, also one that is not self-signed.
  return X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
         X509_VERIFY_PARAM_set_purpose(rules, role.purpose) == 1;
}

Result<void> verify_chain(X509_STORE* anchors, const Role& role, const Certificate& leaf,
                          std::span<const Bytes> intermediates, Instant now) {
  if (intermediates.size() > kMaximumSent) return refused_chain(role, "too many certificates");
  const openssl::X509Ptr certificate = openssl::parse_der(leaf.der());
  const openssl::X509Stack untrusted = parse_intermediates(intermediates);
  if (certificate == nullptr || untrusted == nullptr) return refused_chain(role, "malformed certificate");
  const StoreContext context(X509_STORE_CTX_new());
  if (context == nullptr || anchors == nullptr ||
      X509_STORE_CTX_init(context.get(), anchors, certificate.get(), untrusted.get()) != 1 ||
      !set_rules(context.get(), role, now)) {
    return fail(ErrorCode::Unavailable, role.unavailable);
  }
  if (X509_verify_cert(context.get()) != 1) {
    return refused_chain(role, X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  return {};
}

}  // namespace

Result<TrustAnchors> TrustAnchors::from_pem(std::string_view pem) {
  const openssl::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  TrustAnchors anchors;
  anchors.store_.reset(X509_STORE_new(), X509_STORE_free);
  std::size_t count = 0;
  while (bio != nullptr && anchors.store_ != nullptr) {
    const openssl::X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    if (X509_STORE_add_cert(anchors.store_.get(), certificate.get()) != 1) break;
    // Reads the extensions now, while one thread has the certificate: left to the first verification, threads would
    // race.
    (void)X509_check_purpose(certificate.get(), -1, 0);
    ++count;
  }
  // The only acceptable end is that of the text: a broken certificate in the middle must not shorten the list silently.
  const unsigned long last = ERR_peek_last_error();
  const bool at_end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (count == 0 || !at_end) return fail(ErrorCode::Malformed, "The trust anchors are not a list of PEM certificates.");
  return anchors;
}

Result<void> TrustAnchors::verify_client_chain(const Certificate& leaf, std::span<const Bytes> intermediates,
                                               Instant now) const {
  // RFC8705-2.1: the chain must be good at this moment and for the authentication of clients.
  return verify_chain(store_.get(), kClient, leaf, intermediates, now);
}

Result<void> TrustAnchors::verify_attestation_chain(const Certificate& leaf, std::span<const Bytes> intermediates,
                                                    Instant now) const {
  return verify_chain(store_.get(), kAttestation, leaf, intermediates, now);
}

}  // namespace signet::x509
