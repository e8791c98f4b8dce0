#include "calibrate.h"

#include <openssl/evp.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace signet::bench {
namespace {

constexpr int kRounds = 9;
constexpr int kOperations = 250;

void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "OpenSSL failed: %s\n", what);
  std::exit(1);
}

double thread_cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

template <class Operation>
double usual(Operation operation) {
  std::array<double, kRounds> rounds{};
  for (double& round : rounds) {
    const double start = thread_cpu_us();
    for (int i = 0; i < kOperations; ++i) operation();
    round = (thread_cpu_us() - start) / kOperations;
  }
  std::ranges::sort(rounds);
  return rounds[kRounds / 2];
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

}  // namespace

CryptoCost measure_crypto_cost() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"),
                                                                EVP_PKEY_free);
  require(key != nullptr, "key");
  const std::vector<unsigned char> message(420, 'm');
  const Context signer(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  const Context verifier(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  require(EVP_PKEY_sign_init(signer.get()) == 1 && EVP_PKEY_verify_init(verifier.get()) == 1, "init");
  Sha256 sha256;
  unsigned char digest[32];
  std::vector<unsigned char> signature(80);
  std::size_t length = 0;
  CryptoCost cost;
  cost.es256_sign_us = usual([&] {
    sha256(message, digest);
    length = signature.size();
    require(EVP_PKEY_sign(signer.get(), signature.data(), &length, digest, sizeof digest) == 1, "sign");
  });
  cost.es256_verify_us = usual([&] {
    sha256(message, digest);
    require(EVP_PKEY_verify(verifier.get(), signature.data(), length, digest, sizeof digest) == 1, "verify");
  });
  return cost;
}

}  // namespace signet::bench
