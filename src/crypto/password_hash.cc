#include "crypto/password_hash.h"

#include <array>

#include "crypto/sodium.h"

namespace signet::crypto {

Result<std::string> hash_password(const SecretText& password, PasswordCost cost) {
  start_sodium();
  std::array<char, crypto_pwhash_argon2id_STRBYTES> phc{};
  const std::string& text = password.reveal();
  if (crypto_pwhash_argon2id_str(phc.data(), text.data(), text.size(), cost.iterations, cost.memory_bytes) != 0) {
    return fail(ErrorCode::Unavailable, "The password cannot be hashed now.");
  }
  return std::string(phc.data());
}

bool verify_password(const SecretText& password, const std::string& phc_string) {
  start_sodium();
  const std::string& text = password.reveal();
  return crypto_pwhash_argon2id_str_verify(phc_string.c_str(), text.data(), text.size()) == 0;
}

}  // namespace signet::crypto
