#pragma once

#include <string>

#include "base/bytes.h"
#include "base/secret.h"

namespace signet::test {

struct TestIdentity {
  std::string certificate_pem;
  SecretText private_key_pem;
  Bytes der;
};

/// A self-signed P-256 certificate for `common_name`, valid for a day, that names localhost and 127.0.0.1.
[[nodiscard]] TestIdentity make_identity(const std::string& common_name);

}  // namespace signet::test
