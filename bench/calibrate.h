#pragma once
// What the cryptography alone costs on a server's core while that server works, with OpenSSL's EVP as servers call it,
// and used as well as it can be.
//
// The speed of a shared machine changes from second to second, by as much as a half. A cost that was measured a moment
// earlier says little about the run, so it is measured during the run: a thread on the server's cores makes a few
// signatures every few milliseconds and counts its own CPU time.

#include <thread>

namespace signet::bench {

/// CPU microseconds of one signature of a 420-byte message, the mean over a run.
struct CryptoCost {
  double verify_us = 0;          ///< EVP_DigestVerify with a key that is kept
  double verify_new_key_us = 0;  ///< with a key that comes beside the message and is imported first
  double sign_us = 0;            ///< EVP_DigestSign
  double bare_verify_us = 0;     ///< EVP_PKEY_verify with a context and a digest that are kept
  double bare_sign_us = 0;
};

class CryptoMeter {
 public:
  /// Begins to measure on the cores that the process `pid` may use.
  explicit CryptoMeter(int pid);
  /// Ends the measurement.
  [[nodiscard]] CryptoCost stop();

 private:
  CryptoCost cost_;
  std::jthread thread_;
};

}  // namespace signet::bench
