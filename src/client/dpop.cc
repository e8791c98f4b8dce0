#include "client/dpop.h"

#include <algorithm>

#include "base/url.h"
#include "oauth/dpop_rfc9449.h"
#include "remote/credential.h"

namespace signet::client {
namespace {

constexpr std::size_t kMaxServers = 256;
constexpr std::size_t kMaxNonceBytes = 1024;

std::string key_of(NonceSpace space, std::string_view url) {
  const auto parsed = parse_url(url);
  const std::string origin = parsed ? parsed->origin() : std::string(url);
  return (space == NonceSpace::AuthorizationServer ? "as " : "rs ") + origin;
}

/// RFC9449-8.1: 1*NQCHAR = %x21 / %x23-5B / %x5D-7E
bool is_nonce(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNonceBytes &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

}  // namespace

std::string NonceMemory::find(NonceSpace space, std::string_view url) const {
  const std::scoped_lock lock(mutex_);
  const auto found = nonces_.find(key_of(space, url));
  return found == nonces_.end() ? std::string() : found->second;
}

bool NonceMemory::remember(NonceSpace space, std::string_view url, const http::Response& response) {
  const std::string_view nonce = response.fields.get("DPoP-Nonce");  // RFC9449-8.2: exactly one, else it is ignored
  if (!is_nonce(nonce)) return false;
  const std::scoped_lock lock(mutex_);
  if (nonces_.size() >= kMaxServers) nonces_.clear();
  nonces_[key_of(space, url)] = std::string(nonce);
  return true;
}

Result<std::string> make_dpop_proof(const crypto::PrivateKey& key, Random& random, Instant now,
                                    const ProofRequest& request) {
  const jose::Signer signer{key, remote::default_algorithm(key.public_key()), {}};
  const std::string header = oauth::render_dpop_header(key.public_key(), signer.alg);
  const std::string jti = make_random_token(random);
  const std::string claims = oauth::render_dpop_claims({.method = request.method,
                                                        .url = request.url,
                                                        .jti = jti,
                                                        .now = now,
                                                        .nonce = request.nonce,
                                                        .access_token = request.access_token});
  return jose::sign_jws_with_header(signer, header, claims);
}

}  // namespace signet::client
