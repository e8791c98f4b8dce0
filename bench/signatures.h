#pragma once
// ES256 with OpenSSL alone, twice: by the interface that its manual shows for whole messages, which servers use, and
// the barest way that OpenSSL has, where digest and contexts are made once and kept.

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

/// One key. `sign` and `verify` use contexts again and again; those of messages make their own, as servers do.
class Signatures {
 public:
  Signatures() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free) {
    require(key_ != nullptr, "key");
    signer_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
    verifier_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
    require(EVP_PKEY_sign_init(signer_.get()) == 1 && EVP_PKEY_verify_init(verifier_.get()) == 1, "init");
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
  /// The message at once, with a key that is kept.
  void sign_message() {
    const MdContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    length_ = signature_.size();
    require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
                EVP_DigestSign(context.get(), signature_.data(), &length_, message_.data(), message_.size()) == 1,
            "sign");
  }
  /// The message at once, with a key that is kept.
  void verify_message() { verify_message(key_.get()); }
  /// The same with a key that comes beside the message, as that of a DPoP proof does.
  void verify_message_new_key() {
    char curve[] = "P-256";
    std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
                          OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point_.data(), point_.size()),
                          OSSL_PARAM_construct_end()};
    EVP_PKEY* made = nullptr;
    const Context importer(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), EVP_PKEY_CTX_free);
    require(EVP_PKEY_fromdata_init(importer.get()) == 1 &&
                EVP_PKEY_fromdata(importer.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.data()) == 1,
            "import");
    const Key key(made, EVP_PKEY_free);
    verify_message(key.get());
  }

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using MdContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

  void verify_message(EVP_PKEY* key) {
    const MdContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    require(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                EVP_DigestVerify(context.get(), signature_.data(), length_, message_.data(), message_.size()) == 1,
            "verify");
  }

  Key key_;
  Context signer_{nullptr, EVP_PKEY_CTX_free};
  Context verifier_{nullptr, EVP_PKEY_CTX_free};
  std::array<unsigned char, 65> point_{};  ///< uncompressed
  Sha256 sha256_;
  const std::vector<unsigned char> message_ = std::vector<unsigned char>(420, 'm');
  std::vector<unsigned char> signature_ = std::vector<unsigned char>(80);
  std::size_t length_ = 0;
  unsigned char digest_[32] = {};
};

}  // namespace signet::bench
