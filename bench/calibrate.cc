#include "calibrate.h"

#include <openssl/evp.h>
#include <sched.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace signet::bench {
namespace {

constexpr int kOperations = 8;                          ///< of each kind in a slice, about a millisecond together
constexpr auto kPause = std::chrono::milliseconds(20);  ///< between slices

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

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  Context signer_{nullptr, EVP_PKEY_CTX_free};
  Context verifier_{nullptr, EVP_PKEY_CTX_free};
  Sha256 sha256_;
  const std::vector<unsigned char> message_ = std::vector<unsigned char>(420, 'm');
  std::vector<unsigned char> signature_ = std::vector<unsigned char>(80);
  std::size_t length_ = 0;
  unsigned char digest_[32] = {};
};

/// The first of a slice warms the caches and does not count.
template <class Operation>
double slice(Operation operation) {
  operation();
  const double start = thread_cpu_us();
  for (int i = 0; i < kOperations; ++i) operation();
  return (thread_cpu_us() - start) / kOperations;
}

void move_beside(int pid) {
  cpu_set_t servers;
  if (sched_getaffinity(pid, sizeof servers, &servers) == 0) (void)sched_setaffinity(0, sizeof servers, &servers);
}

CryptoCost measure_until(const std::stop_token& stopped) {
  Signatures signatures;
  CryptoCost sum;
  int slices = 0;
  do {
    sum.es256_sign_us += slice([&] { signatures.sign(); });
    sum.es256_verify_us += slice([&] { signatures.verify(); });
    ++slices;
    std::this_thread::sleep_for(kPause);
  } while (!stopped.stop_requested());
  return {.es256_verify_us = sum.es256_verify_us / slices, .es256_sign_us = sum.es256_sign_us / slices};
}

}  // namespace

CryptoMeter::CryptoMeter(int pid)
    : thread_([this, pid](const std::stop_token& stopped) {
        move_beside(pid);
        cost_ = measure_until(stopped);
      }) {}

CryptoCost CryptoMeter::stop() {
  thread_.request_stop();
  thread_.join();
  return cost_;
}

}  // namespace signet::bench
