#pragma once
// Client certificates: who a client is (section 2) and what its tokens are bound to (section 3). Spec: RFC8705

#include "oauth/registration_rfc7591.h"
#include "oauth/sender_constraint.h"
#include "x509/certificate.h"

namespace signet::oauth {

/// Does the certificate carry the one subject the client registered? The chain must have been verified before.
/// Spec: RFC8705-2.1. Fails: InvalidClient
[[nodiscard]] Result<void> check_certificate_subject(const CertificateSubject& subject,
                                                     const x509::Certificate& certificate);

/// Is the first certificate beside each key one of that key? Spec: RFC7517-4.7
[[nodiscard]] bool has_own_certificates(const jose::JwkSet& keys);

/// Is the certificate, or its key, one of those the client registered? No chain is needed. Spec: RFC8705-2.2
/// Fails: InvalidClient
[[nodiscard]] Result<void> check_self_signed_certificate(const jose::JwkSet& registered,
                                                         const x509::Certificate& certificate);

/// Was the token bound to the certificate of this connection? `thumbprint` is empty without a certificate.
/// Spec: RFC8705-3. Fails: InvalidToken
[[nodiscard]] Result<void> check_certificate_binding(const SenderConstraint& cnf, std::string_view thumbprint);

}  // namespace signet::oauth
