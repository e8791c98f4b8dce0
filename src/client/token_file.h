#pragma once
// The tokens of a login as one JSON document for a file that only its owner may read.

#include <string>

#include "client/tokens.h"

namespace signet::client {

struct TokenFile {
  std::string issuer;
  std::string client_file;  ///< path of the client the tokens belong to
  Tokens tokens;
};

[[nodiscard]] Result<SecretText> render_token_file(const TokenFile& file);
/// Fails: Malformed
[[nodiscard]] Result<TokenFile> parse_token_file(const SecretText& text);

}  // namespace signet::client
