#include "crypto/aead.h"

#include "crypto/evp.h"

namespace signet::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, evp::Deleter<EVP_CIPHER_CTX_free>>;

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

/// One pass of the cipher, ready for its tag: `context` authenticated, `in` turned into `out`.
bool run(EVP_CIPHER_CTX* cipher, BytesView context, BytesView in, std::uint8_t* out) {
  int written = 0;
  const bool bound = EVP_CipherUpdate(cipher, nullptr, &written, context.data(), static_cast<int>(context.size())) == 1;
  return bound && (in.empty() || EVP_CipherUpdate(cipher, out, &written, in.data(), static_cast<int>(in.size())) == 1);
}

}  // namespace

Result<SealingKey> SealingKey::make(SecretBytes key) {
  if (key.reveal().size() != kKeyBytes) return fail(ErrorCode::Malformed, "A sealing key has 32 bytes.");
  return SealingKey(std::move(key));
}

Bytes SealingKey::seal(Random& random, BytesView plain, BytesView context) const {
  Bytes out(kNonceBytes + plain.size() + kTagBytes);
  random.fill(std::span(out).first(kNonceBytes));
  std::uint8_t* const body = out.data() + kNonceBytes;
  std::uint8_t* const tag = body + plain.size();
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  evp::require(cipher != nullptr &&
               EVP_EncryptInit_ex2(cipher.get(), aes_256_gcm(), key_.reveal().data(), out.data(), nullptr) == 1 &&
               run(cipher.get(), context, plain, body) && EVP_EncryptFinal_ex(cipher.get(), tag, &written) == 1 &&
               EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
  return out;
}

Result<SecretBytes> SealingKey::open(BytesView sealed, BytesView context) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return fail(ErrorCode::BadSignature, "The sealed data is too short.");
  const BytesView body = sealed.subspan(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  Bytes tag(sealed.end() - kTagBytes, sealed.end());
  Bytes plain(body.size() + 1);  // one byte more, so that an empty text still has an address
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool opened =
      cipher != nullptr &&
      EVP_DecryptInit_ex2(cipher.get(), aes_256_gcm(), key_.reveal().data(), sealed.data(), nullptr) == 1 &&
      run(cipher.get(), context, body, plain.data()) &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), plain.data() + body.size(), &written) == 1;
  if (!opened) {
    wipe(plain.data(), plain.size());
    return evp::refuse(ErrorCode::BadSignature, "The sealed data was altered or belongs elsewhere.");
  }
  plain.pop_back();
  return SecretBytes(std::move(plain));
}

}  // namespace signet::crypto
