#pragma once
// Health checks and metrics, for a listener of their own: what an orchestrator and a monitoring system ask.

#include "base/task.h"
#include "net/server.h"
#include "server/issuer.h"
#include "server/metrics.h"
#include "server/storage_watch.h"
#include "sql/database.h"

namespace signet::server {

/// GET /health/live, /health/ready and /metrics. Ready means: the database answers and takes what is written, and every
/// issuer can sign.
class Management {
 public:
  Management(sql::Database& database, StorageWatch& storage, const std::vector<std::unique_ptr<Issuer>>& issuers,
             const Metrics& metrics)
      : database_(database), storage_(storage), issuers_(issuers), metrics_(metrics) {}

  [[nodiscard]] Task<http::Response> handle(const http::Request& request);
  /// From here on the server is not ready: a balancer sends its requests elsewhere while those that run are finished.
  void drain() { draining_.store(true, std::memory_order_relaxed); }

 private:
  [[nodiscard]] Task<http::Response> ready();
  [[nodiscard]] Task<bool> is_storage_well();

  sql::Database& database_;
  StorageWatch& storage_;
  const std::vector<std::unique_ptr<Issuer>>& issuers_;
  const Metrics& metrics_;
  std::atomic<bool> draining_ = false;
};

}  // namespace signet::server
