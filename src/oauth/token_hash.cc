#include "oauth/token_hash.h"

#include <algorithm>

#include "crypto/digest.h"

namespace signet::oauth::token_hash_detail {

template <class Kind>
CredentialHash<Kind> CredentialHash<Kind>::of(std::string_view credential) {
  return CredentialHash(crypto::sha256(credential));
}

template <class Kind>
Result<CredentialHash<Kind>> CredentialHash<Kind>::from_bytes(BytesView bytes) {
  Digest256 digest{};
  if (bytes.size() != digest.size()) return fail(ErrorCode::Malformed, "A credential hash must have 32 bytes.");
  std::ranges::copy(bytes, digest.begin());
  return CredentialHash(digest);
}

template class CredentialHash<TokenKind>;
template class CredentialHash<CodeKind>;

}  // namespace signet::oauth::token_hash_detail
