#pragma once
// ES256 with OpenSSL alone, prepared as a careful server has it: what the cryptography inside an operation is measured
// with.

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace signet::bench {

inline void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "OpenSSL failed: %s\n", what);
  std::exit(1);
}

using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

/// A digest fetched once and a context that is used again, as a careful server has them.
class Sha256 {
 public:
  Sha256() { require(md_ != nullptr && context_ != nullptr, "digest"); }
  void operator()(const std::vector<unsigned char>& message, unsigned char* out) {
    require(EVP_DigestInit_ex2(context_.get(), md_.get(), nullptr) == 1 &&
                EVP_DigestUpdate(context_.get(), message.data(), message.size()) == 1 &&
                EVP_DigestFinal_ex(context_.get(), out, nullptr) == 1,
            "digest");
  }

 private:
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> md_{EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

/// One key with contexts that are used again and again.
class Signatures {
 public:
  Signatures() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free) {
    require(key_ != nullptr, "key");
    signer_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
    verifier_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
    require(EVP_PKEY_sign_init(signer_.get()) == 1 && EVP_PKEY_verify_init(verifier_.get()) == 1, "init");
    require(EVP_PKEY_fromdata_init(importer_.get()) == 1, "init");
    std::size_t length = 0;
    require(EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, point_.data(), point_.size(),
                                            &length) == 1 &&
                length == point_.size(),
            "point");
  }
  void sign() {
    sha256_(message_, digest_);
    length_ = signature_.size();
    require(EVP_PKEY_sign(signer_.get(), signature_.data(), &length_, digest_, sizeof digest_) == 1, "sign");
  }
  void verify() {
    sha256_(message_, digest_);
    require(EVP_PKEY_verify(verifier_.get(), signature_.data(), length_, digest_, sizeof digest_) == 1, "verify");
  }
  /// With a key that comes beside the message, as that of a DPoP proof does.
  void verify_new_key() {
    char curve[] = "P-256";
    std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
                          OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point_.data(), point_.size()),
                          OSSL_PARAM_construct_end()};
    EVP_PKEY* made = nullptr;
    require(EVP_PKEY_fromdata(importer_.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.data()) == 1, "import");
    const Key key(made, EVP_PKEY_free);
    const Context verifier(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
    require(EVP_PKEY_verify_init(verifier.get()) == 1, "init");
    sha256_(message_, digest_);
    require(EVP_PKEY_verify(verifier.get(), signature_.data(), length_, digest_, sizeof digest_) == 1, "verify");
  }

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  Key key_;
  Context signer_{nullptr, EVP_PKEY_CTX_free};
  Context verifier_{nullptr, EVP_PKEY_CTX_free};
  Context importer_{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), EVP_PKEY_CTX_free};
  std::array<unsigned char, 65> point_{};  ///< uncompressed
  Sha256 sha256_;
  const std::vector<unsigned char> message_ = std::vector<unsigned char>(420, 'm');
  std::vector<unsigned char> signature_ = std::vector<unsigned char>(80);
  std::size_t length_ = 0;
  unsigned char digest_[32] = {};
};

}  // namespace signet::bench
