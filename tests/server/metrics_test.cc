#include "server/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::server {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountersAppearWithTheirTypeAndValue) {
  Metrics metrics;
  metrics.count(Metrics::Counter::TokensIssued);
  metrics.count(Metrics::Counter::TokensIssued);
  const auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr("# TYPE signet_tokens_issued_total counter\n"));
  EXPECT_THAT(text, HasSubstr("\nsignet_tokens_issued_total 2\n"));
  EXPECT_THAT(text, HasSubstr("\nsignet_logins_failed_total 0\n"));
}

TEST(Metrics, RequestsAreCountedByRouteAndStatusClass) {
  Metrics metrics;
  metrics.name_routes({"/par", "/token"});
  metrics.count_request(1, 200);
  metrics.count_request(1, 201);
  metrics.count_request(1, 401);
  metrics.count_request(0, 503);
  const auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr("signet_requests_total{route=\"/token\",status=\"2xx\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("signet_requests_total{route=\"/token\",status=\"4xx\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("signet_requests_total{route=\"/par\",status=\"5xx\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("route=\"/par\",status=\"2xx\"")));
}

TEST(Metrics, ARouteOrStatusOutOfRangeIsCountedAsOther) {
  Metrics metrics;
  metrics.count_request(9999, 0);
  metrics.count_request(3, 1000);
  const auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr("signet_requests_total{route=\"other\",status=\"other\"} 1\n"));
}

TEST(Metrics, AddedFiguresAreReadAtEveryRender) {
  Metrics metrics;
  double value = 1;
  metrics.add_gauge("signet_queue", "A queue.", [&] { return value; });
  EXPECT_THAT(metrics.render(), HasSubstr("# HELP signet_queue A queue.\n# TYPE signet_queue gauge\nsignet_queue 1\n"));
  value = 7;
  EXPECT_THAT(metrics.render(), HasSubstr("\nsignet_queue 7\n"));
}

TEST(Metrics, TheProcessShowsMemoryTimeAndDescriptors) {
  const auto text = Metrics().render();
  for (const auto* name : {"process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds",
                           "process_start_time_seconds"}) {
    EXPECT_THAT(text, testing::ContainsRegex("\n" + std::string(name) + " [1-9]|\n" + name + " 0\\.")) << name;
  }
}

}  // namespace
}  // namespace signet::server
