#pragma once
// What the cryptography alone costs on this core at this moment, with OpenSSL's EVP used as well as it can be.

namespace signet::bench {

struct CryptoCost {
  double es256_verify_us = 0;
  double es256_sign_us = 0;
};

/// CPU microseconds of one signature of a 420-byte message, the median of several short rounds: a busy machine slows
/// down what is measured and what it is compared with alike.
[[nodiscard]] CryptoCost measure_crypto_cost();

}  // namespace signet::bench
