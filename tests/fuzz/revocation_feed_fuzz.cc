// A list of revocations that is accepted keeps its limits, and its marks are of one issuer only.

#include "gateway/revocation_feed.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text = as_text({data, size});
  const auto feed = gateway::parse_revocation_feed("https://as.example", text);
  const auto other = gateway::parse_revocation_feed("https://other.example", text);
  fuzz::require(feed.has_value() == other.has_value());
  if (!feed) return 0;
  fuzz::require(!feed->cursor.empty() && feed->cursor.size() <= 256);
  fuzz::require(feed->revocations.size() == other->revocations.size() && feed->revocations.size() <= size);
  for (std::size_t i = 0; i < feed->revocations.size(); ++i) {
    fuzz::require(feed->revocations[i].mark != other->revocations[i].mark);
    fuzz::require(feed->revocations[i].revoked_at >= Instant{});
    fuzz::require(feed->revocations[i].revoked_at < from_unix_seconds(253'402'300'800));  // the year 10000
  }
  return 0;
}
