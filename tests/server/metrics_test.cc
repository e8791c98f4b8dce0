#include "server/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "support/snapshot.h"

namespace signet::server {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string read_source(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What a pattern with one group finds in a text.
std::set<std::string> find_all(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), expression); match != std::sregex_iterator(); ++match) {
    found.insert((*match)[1].str());
  }
  return found;
}

const std::filesystem::path kServerFolder = SIGNET_SOURCE_DIR "/src/server";
constexpr const char* kCounterName = "Counter::([A-Z][A-Za-z]+)[^A-Za-z_]";

TEST(Metrics, CountersAppearWithTheirTypeAndValue) {
  Metrics metrics;
  metrics.count(Metrics::Counter::TokensIssued);
  metrics.count(Metrics::Counter::TokensIssued);
  const auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr("# TYPE signet_tokens_issued_total counter\n"));
  EXPECT_THAT(text, HasSubstr("\nsignet_tokens_issued_total 2\n"));
  EXPECT_THAT(text, HasSubstr("\nsignet_logins_failed_total 0\n"));
}

TEST(Metrics, EachCounterIsCountedSomewhere) {
  const auto shown = find_all(read_source(kServerFolder / "metrics.cc"), kCounterName);
  EXPECT_GT(shown.size(), 10U);
  std::set<std::string> counted;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kServerFolder)) {
    if (entry.path().extension() == ".cc" && entry.path().filename() != "metrics.cc") {
      counted.merge(find_all(read_source(entry.path()), kCounterName));
    }
  }
  for (const auto& name : shown) EXPECT_TRUE(counted.contains(name)) << name << " is shown and never counted";
}

TEST(Metrics, EachFigureStandsInThePageForOperators) {
  const std::string page = read_source(SIGNET_SOURCE_DIR "/docs/operations.md");
  // Those of the parts that a server has at run time are added by the runtime.
  auto names = find_all(read_source(kServerFolder / "runtime.cc"), "metrics\\.add_[a-z]+\\(\"([a-z_]+)\"");
  EXPECT_GE(names.size(), 5U);
  names.merge(find_all(Metrics().render(), "# HELP ([a-z_]+) "));
  for (const auto& name : names) EXPECT_TRUE(page.contains("\n| `" + name + "` | ")) << name;
  for (const auto& name : find_all(page, "\n\\| `((?:signet|process)_[a-z_]+)` \\| [A-Z]")) {
    EXPECT_TRUE(names.contains(name)) << name << " is no figure of the server";
  }
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
