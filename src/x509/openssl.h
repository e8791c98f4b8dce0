#pragma once
// Owners for OpenSSL's X.509 handles and conversions that the files of this folder share. Private to x509.

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/bytes.h"
#include "base/clock.h"

namespace signet::x509::openssl {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

inline void free_stack(STACK_OF(X509) * certificates) {
  sk_X509_pop_free(certificates, X509_free);
}

using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using X509Stack = std::unique_ptr<STACK_OF(X509), Deleter<free_stack>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

/// A refusal whose detail is OpenSSL's reason; the thread's error queue is emptied.
[[nodiscard]] inline std::unexpected<Error> refuse(ErrorCode code, PublicText public_text,
                                                   std::source_location where = std::source_location::current()) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return fail(code, public_text, reason != nullptr ? reason : "", where);
}

/// One certificate, all bytes used; null when it is malformed.
[[nodiscard]] inline X509Ptr parse_der(BytesView der) {
  const unsigned char* at = der.data();
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate == nullptr || at != der.data() + der.size()) {
    ERR_clear_error();
    return nullptr;
  }
  return certificate;
}

}  // namespace signet::x509::openssl
