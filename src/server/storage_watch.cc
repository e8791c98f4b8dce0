#include "server/storage_watch.h"

#include <utility>

namespace signet::server {
namespace {

/// A full disk fails every commit: one line says as much as a thousand, which need room as well.
constexpr Duration kPause = seconds{10};

}  // namespace

void StorageWatch::on_failed(const Error& why) {
  failing_.store(true, std::memory_order_relaxed);
  metrics_.count(Metrics::Counter::CommitsFailed);
  say(failed_, why);
}

void StorageWatch::on_lost(const Error& why) {
  metrics_.count(Metrics::Counter::RecordsLost);
  say(lost_, why);
}

void StorageWatch::say(Said& said, const Error& why) const {
  const Instant now = clock_.now();
  if (now < said.until) {
    ++said.unsaid;
    return;
  }
  said.until = now + kPause;
  log_.error(said.event, {{"detail", why.detail}, {"unsaid", std::to_string(std::exchange(said.unsaid, 0))}});
}

}  // namespace signet::server
