#pragma once
// Owners for OpenSSL's handles and the few helpers that every EVP call of this folder needs. Private to crypto.

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "base/result.h"

namespace signet::crypto::evp {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

/// A refusal whose detail is OpenSSL's reason. The thread's error queue is emptied, so it never grows.
[[nodiscard]] inline std::unexpected<Error> refuse(ErrorCode code, PublicText public_text,
                                                   std::source_location where = std::source_location::current()) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return fail(code, public_text, reason != nullptr ? reason : "", where);
}

/// Ends a call that can only fail when memory is gone or a provider is missing: nothing a caller could act on.
void require(bool done);

/// Digests fetched once for the process. Thread: any
[[nodiscard]] const EVP_MD* sha256_md();
[[nodiscard]] const EVP_MD* sha384_md();
[[nodiscard]] const EVP_MD* sha512_md();

}  // namespace signet::crypto::evp
