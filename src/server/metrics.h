#pragma once
// Counters for /metrics. Plain atomics in fixed tables: a hot path pays a few nanoseconds and no lock.

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace signet::server {

class Metrics {
 public:
  enum class Counter {
    PushedRequests, Authorizations, CodesIssued, TokensIssued, TokensRefused, Introspections, Revocations, UserinfoAnswers,
    LoginsSucceeded, LoginsFailed, LoginsThrottled, ConsentsGranted, ConsentsDenied, ClientAuthFailures, DpopFailures,
    ReplaysRefused, AuditRecords, ServerErrors, Count_
  };
  void count(Counter counter) { values_[static_cast<std::size_t>(counter)].fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value(Counter counter) const {
    return values_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }
  /// One request answered: by route (index into the route table) and status class.
  void count_request(std::size_t route, int status);
  /// The Prometheus text format.
  [[nodiscard]] std::string render() const;

 private:
  static constexpr std::size_t kRoutes = 64;
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::Count_)> values_{};
  std::array<std::array<std::atomic<std::uint64_t>, 6>, kRoutes> requests_{};
};

}  // namespace signet::server
