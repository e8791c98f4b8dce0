#include "gateway/nginx/key_ring.h"

#include <algorithm>

namespace signet::nginx {
namespace {

constexpr std::uint64_t kLifetime = 5 * 60'000;  ///< then the set is fetched again
constexpr std::uint64_t kMostSpared = 2;         ///< fetches in a row for a kid that nobody knows, and
constexpr std::uint64_t kSparePause = 2'000;     ///< how long it takes until there is another
constexpr std::uint64_t kFailurePause = 500;     ///< after a fetch without success
constexpr std::uint64_t kFetchPatience = 3'000;

}  // namespace

bool KeyRing::has_kid(std::string_view kid) const {
  return kid.empty() || std::ranges::any_of(keys_->keys(), [&](const jose::Jwk& jwk) { return jwk.kid == kid; });
}

std::uint64_t KeyRing::spare_fetches(std::uint64_t now) const {
  return std::min(kMostSpared, spared_ + (now - spared_at_) / kSparePause);
}

void KeyRing::begin_fetch(std::uint64_t now) {
  fetching_since_ = now;
  if (!keys_) return;
  const std::uint64_t spare = spare_fetches(now);
  spared_ = spare == 0 ? 0 : spare - 1;
  spared_at_ = now;
}

KeyRing::Advice KeyRing::advise(std::string_view kid, std::uint64_t now) const {
  const bool is_fetching = fetching_since_ && now - *fetching_since_ < kFetchPatience;
  if (!keys_) {
    if (is_fetching) return Advice::Wait;
    return attempted_at_ != 0 && now - attempted_at_ < kFailurePause ? Advice::Fail : Advice::Fetch;
  }
  const bool is_old = now - fetched_at_ >= kLifetime && now - attempted_at_ >= kFailurePause;
  const bool is_unknown = !has_kid(kid) && (is_fetching || spare_fetches(now) > 0);
  if (is_unknown && is_fetching) return Advice::Wait;
  return (is_old || is_unknown) && !is_fetching ? Advice::Fetch : Advice::Use;
}

void KeyRing::end_fetch(Result<jose::JwkSet> keys, std::uint64_t now) {
  fetching_since_.reset();
  attempted_at_ = now;
  if (!keys) return;
  keys_ = *std::move(keys);
  fetched_at_ = now;
}

}  // namespace signet::nginx
