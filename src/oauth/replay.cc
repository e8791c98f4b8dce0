#include "oauth/replay.h"

#include "crypto/digest.h"
#include "oauth/token_hash.h"

namespace signet::oauth {
namespace {

void append_part(Bytes& out, std::string_view part) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(part.size()) >> shift));
  out.insert(out.end(), part.begin(), part.end());
}

}  // namespace

Digest256 replay_hash(ReplayKind kind, std::string_view issuer, std::string_view party, std::string_view jti,
                      Instant until) {
  Bytes input;
  input.reserve(25 + issuer.size() + party.size() + jti.size());
  input.push_back(static_cast<std::uint8_t>(kind));
  append_part(input, issuer);
  append_part(input, party);
  append_part(input, jti);
  Digest256 hash = crypto::sha256(input);
  put_expiry_prefix(hash, until);
  return hash;
}

}  // namespace signet::oauth
