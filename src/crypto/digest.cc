#include "crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <optional>
#include <stdexcept>

#include "base/secret.h"
#include "crypto/evp.h"

namespace signet::crypto {
namespace evp {
namespace {

const EVP_MD* fetch(const char* name) {
  const EVP_MD* md = EVP_MD_fetch(nullptr, name, nullptr);
  require(md != nullptr);
  return md;
}

}  // namespace

void require(bool done) {
  if (done) return;
  ERR_clear_error();
  throw std::runtime_error("a basic operation of the cryptographic library failed");
}

const EVP_MD* sha256_md() {
  static const EVP_MD* const md = fetch("SHA256");
  return md;
}

const EVP_MD* sha384_md() {
  static const EVP_MD* const md = fetch("SHA384");
  return md;
}

const EVP_MD* sha512_md() {
  static const EVP_MD* const md = fetch("SHA512");
  return md;
}

}  // namespace evp

namespace {

using MacContext = std::unique_ptr<EVP_MAC_CTX, evp::Deleter<EVP_MAC_CTX_free>>;

/// One context a thread serves every digest: making a new one costs more than hashing a token.
void digest_into(const EVP_MD* md, BytesView data, std::span<std::uint8_t> out) {
  thread_local const evp::DigestContext context(EVP_MD_CTX_new());
  evp::require(context != nullptr && EVP_DigestInit_ex2(context.get(), md, nullptr) == 1 &&
               EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
               EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1);
}

MacContext make_hmac_sha256_context() {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  MacContext context(EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  evp::require(context != nullptr && EVP_MAC_CTX_set_params(context.get(), params) == 1);
  return context;
}

/// The context of a thread and the key that it has taken in last. Most codes of a thread are made with one of few keys,
/// one after the other, and taking in a key costs as much as a short message.
class HmacSha256 {
 public:
  Digest256 of(BytesView key, BytesView data) {
    take_in(key);
    Digest256 out{};
    std::size_t written = 0;
    evp::require(EVP_MAC_update(context_.get(), data.data(), data.size()) == 1 &&
                 EVP_MAC_final(context_.get(), out.data(), &written, out.size()) == 1);
    return out;
  }

 private:
  void take_in(BytesView key) {
    // To OpenSSL a null key means the last one, so an empty one must still have an address.
    static constexpr std::uint8_t kNoKey = 0;
    if (key_ && equal_in_constant_time(key, key_->reveal())) {
      evp::require(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
      return;
    }
    key_.reset();
    evp::require(EVP_MAC_init(context_.get(), key.empty() ? &kNoKey : key.data(), key.size(), nullptr) == 1);
    key_.emplace(Bytes(key.begin(), key.end()));
  }

  MacContext context_ = make_hmac_sha256_context();
  std::optional<SecretBytes> key_;
};

}  // namespace

Digest256 sha256(BytesView data) {
  Digest256 out{};
  digest_into(evp::sha256_md(), data, out);
  return out;
}

Digest384 sha384(BytesView data) {
  Digest384 out{};
  digest_into(evp::sha384_md(), data, out);
  return out;
}

Digest512 sha512(BytesView data) {
  Digest512 out{};
  digest_into(evp::sha512_md(), data, out);
  return out;
}

Digest160 sha1(BytesView data) {
  static const EVP_MD* const md = evp::fetch("SHA1");
  Digest160 out{};
  digest_into(md, data, out);
  return out;
}

Digest256 hmac_sha256(BytesView key, BytesView data) {
  thread_local HmacSha256 hmac;
  return hmac.of(key, data);
}

}  // namespace signet::crypto
