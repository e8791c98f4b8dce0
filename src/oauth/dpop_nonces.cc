// A nonce is base64url( window (8 bytes, big-endian) || first 16 bytes of HMAC-SHA-256(key, purpose || 0x00 || window)
// ), where window counts intervals since 1970. Any node that has the key checks it; nothing is stored.

#include <algorithm>

#include "crypto/digest.h"
#include "oauth/dpop_rfc9449.h"

namespace signet::oauth {
namespace {

constexpr std::size_t kWindowBytes = 8;
constexpr std::size_t kTagBytes = 16;

std::optional<std::uint64_t> read_window(std::string_view nonce) {
  const auto bytes = decode_base64url(nonce);
  if (!bytes || bytes->size() != kWindowBytes + kTagBytes) return std::nullopt;
  std::uint64_t window = 0;
  for (std::size_t i = 0; i < kWindowBytes; ++i) window = window << 8 | (*bytes)[i];
  return window;
}

}  // namespace

DpopNonces::DpopNonces(SecretBytes key, std::string purpose, Duration interval)
    : key_(std::move(key)), purpose_(std::move(purpose)), interval_(std::max(interval, Duration{1000})) {}

std::uint64_t DpopNonces::window_of(Instant now) const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, now.time_since_epoch() / interval_));
}

std::string DpopNonces::make_for(std::uint64_t window) const {
  Bytes counter;
  for (int shift = 56; shift >= 0; shift -= 8) counter.push_back(static_cast<std::uint8_t>(window >> shift));
  Bytes message = to_bytes(purpose_);
  message.push_back(0);
  message.insert(message.end(), counter.begin(), counter.end());
  const Digest256 tag = crypto::hmac_sha256(key_.reveal(), message);
  counter.insert(counter.end(), tag.begin(), tag.begin() + kTagBytes);
  return encode_base64url(counter);
}

std::string DpopNonces::make(Instant now) const {
  return make_for(window_of(now));
}

Result<void> DpopNonces::check(std::string_view nonce, Instant now) const {
  const auto window = read_window(nonce);
  const std::uint64_t current = window_of(now);
  // One window back is a nonce in use, one ahead comes from a node whose clock is a little faster
  const bool is_recent = window && *window + 1 >= current && *window <= current + 1;
  if (!is_recent || !equal_in_constant_time(as_bytes(make_for(*window)), as_bytes(nonce))) {
    return fail(ErrorCode::UseDpopNonce, "The DPoP proof must carry the nonce of the server.");  // RFC9449-8
  }
  return {};
}

bool DpopNonces::is_stale(std::string_view nonce, Instant now) const {
  const auto window = read_window(nonce);
  return !window || *window < window_of(now);
}

}  // namespace signet::oauth
