#pragma once
// Counters for /metrics. Plain atomics in fixed tables: a hot path pays a few nanoseconds and no lock.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace signet::server {

class Metrics {
 public:
  enum class Counter {
    PushedRequests,
    Authorizations,
    CodesIssued,
    TokensIssued,
    TokensRefused,
    Introspections,
    Revocations,
    UserinfoAnswers,
    LoginsSucceeded,
    LoginsFailed,
    LoginsThrottled,
    ConsentsGranted,
    ConsentsDenied,
    ClientAuthFailures,
    DpopFailures,
    ReplaysRefused,
    GatewayApprovals,
    GatewayRefusals,
    GatewayFailures,
    RefusalsNotRecorded,
    RecordsLost,
    CommitsFailed,
    ServerErrors,
    Count_
  };
  void count(Counter counter) { values_[static_cast<std::size_t>(counter)].fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value(Counter counter) const {
    return values_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }
  /// One request answered: by route (index into the route table) and status class.
  void count_request(std::size_t route, int status);
  /// Names for the indexes of count_request, in the order of the route table. Before the first request.
  void name_routes(std::vector<std::string> names) { route_names_ = std::move(names); }
  /// A figure that somebody else keeps, asked for at every render. Before the first render.
  void add_gauge(std::string name, std::string help, std::function<double()> read) {
    figures_.push_back({std::move(name), std::move(help), false, std::move(read)});
  }
  void add_counter(std::string name, std::string help, std::function<double()> read) {
    figures_.push_back({std::move(name), std::move(help), true, std::move(read)});
  }
  /// The Prometheus text format: everything counted here, the figures added, and what the process uses. Thread: any
  [[nodiscard]] std::string render() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Figure {
    std::string name;
    std::string help;
    bool is_counter = false;
    std::function<double()> read;
  };
  static constexpr std::size_t kRoutes = 64;
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::Count_)> values_{};
  std::array<std::array<std::atomic<std::uint64_t>, 6>, kRoutes> requests_{};
  std::vector<std::string> route_names_;
  std::vector<Figure> figures_;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
};

}  // namespace signet::server
