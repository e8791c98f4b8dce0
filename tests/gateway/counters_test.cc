#include "gateway/counters.h"

#include <set>
#include <thread>

#include "base/text.h"
#include "support/snapshot.h"

namespace signet::gateway {
namespace {

std::uint64_t decisions_of(const Counters& counters, std::string_view reason) {
  const auto* const found = std::ranges::find(kReasons, reason);
  return counters.decisions[static_cast<std::size_t>(found - kReasons.begin())];
}
std::string expose(const Counters& counters, std::string_view zone = "tokens", bool feed_up = false) {
  Exposition exposition;
  exposition.add(counters, {.zone = zone, .feed_up = feed_up});
  return std::move(exposition).take();
}
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n')) lines.emplace_back(line);
  return lines;
}
bool has_line(std::string_view text, std::string_view line) {
  return contains(lines_of(text), line);
}

TEST(GatewayCounters, EachFigureAndReasonStandsInThePageOfTheGateway) {
  Exposition exposition;
  const Counters counters{};
  exposition.add(counters, {.zone = "tokens"});
  exposition.add({.zone = "proofs"});
  std::string table = "| figure | meaning |\n|---|---|\n";
  constexpr std::string_view kHelp = "# HELP ";
  for (const auto& line : lines_of(std::move(exposition).take())) {
    if (!line.starts_with(kHelp)) continue;
    const auto space = line.find(' ', kHelp.size());
    table += "| `" + line.substr(kHelp.size(), space - kHelp.size()) + "` | " + line.substr(space + 1) + " |\n";
  }
  test::expect_page_has("docs/gateway.md", table + "\n");
  const std::vector<std::string> reasons(kReasons.begin(), kReasons.end());
  test::expect_page_has("docs/gateway.md", "| `$signet_reason` | `" + join(reasons, "`, `") + "` |\n");
}

TEST(GatewayCounters, AReasonThatIsNotKnownIsCountedAsOther) {
  Counters counters{};
  for (const auto* reason : {"", "invented", "Allowed", "invalid_token "}) counters.count_decision(reason);
  EXPECT_EQ(decisions_of(counters, "other"), 4U);
}

TEST(GatewayCounters, EveryReasonIsCountedForItself) {
  EXPECT_EQ(std::set<std::string_view>(kReasons.begin(), kReasons.end()).size(), kReasons.size());
  Counters counters{};
  for (const auto reason : kReasons) {
    counters.count_decision(reason);
    EXPECT_EQ(decisions_of(counters, reason), 1U) << reason;
  }
}

TEST(GatewayCounters, TheLongestDelayIsKept) {
  Counters counters{};
  for (const std::uint64_t delay : {200, 900, 0, 400}) counters.count_revocation_delay(delay);
  EXPECT_EQ(counters.revocations, 4U);
  EXPECT_EQ(counters.revocation_delay_milliseconds, 1500U);
  EXPECT_EQ(counters.revocation_delay_most_milliseconds, 900U);
}

TEST(GatewayCounters, NothingIsLostBetweenThreads) {
  Counters counters{};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 1; thread <= 4; ++thread) {
      threads.emplace_back([&counters, thread] {
        for (std::uint64_t i = 0; i < 1000; ++i) {
          counters.count_decision("allowed");
          counters.count_source(TokenSource::Hit);
          counters.count_revocation_delay(thread * 1000 + i);
        }
      });
    }
  }
  EXPECT_EQ(decisions_of(counters, "allowed"), 4000U);
  EXPECT_EQ(counters.sources[static_cast<std::size_t>(TokenSource::Hit)], 4000U);
  EXPECT_EQ(counters.revocations, 4000U);
  EXPECT_EQ(counters.revocation_delay_most_milliseconds, 4999U);
}

TEST(GatewayExposition, TheNameOfAZoneCannotEndItsLabel) {
  const std::string text = expose(Counters{}, "a\"} 1\n\\");
  EXPECT_TRUE(has_line(text, R"(signet_gateway_revocations_total{zone="a\"} 1\n\\"} 0)"));
  for (const auto& line : lines_of(text)) {
    EXPECT_TRUE(line.empty() || line.starts_with("# ") || line.starts_with("signet_gateway_")) << line;
  }
}

/// Prometheus refuses a page on which the lines of a metric stand apart.
TEST(GatewayExposition, TheLinesOfAMetricStandTogetherWhateverTheNumberOfZones) {
  const Counters counters{};
  Exposition exposition;
  for (const auto* zone : {"one", "two", "three"}) exposition.add(counters, {.zone = zone});
  exposition.add({.zone = "replay-1", .used = 1, .capacity = 64});
  exposition.add({.zone = "replay-2", .used = 2, .capacity = 64});
  std::set<std::string> finished;
  std::string current;
  for (const auto& line : lines_of(std::move(exposition).take())) {
    if (line.empty()) continue;
    const auto words = split_words(line);
    const bool is_comment = words.front() == "#";
    const std::string name = is_comment ? words[2] : line.substr(0, line.find('{'));
    if (name != current) {
      EXPECT_TRUE(is_comment && words[1] == "HELP") << line;  // each metric begins with its description
      EXPECT_TRUE(finished.insert(name).second) << name << " stands apart";
      current = name;
    }
  }
  EXPECT_EQ(finished.size(), 15U);
}

TEST(GatewayExposition, EveryReasonHasALineWithWhatTheClientSaw) {
  Counters counters{};
  counters.count_decision("server_timeout");
  const std::string text = expose(counters);
  for (const auto reason : kReasons) {
    const bool unavailable = reason == "unavailable" || reason.starts_with("server_");
    const std::string_view result = reason == "allowed" ? "allowed" : unavailable ? "unavailable" : "refused";
    EXPECT_TRUE(
        has_line(text, fmt::format(R"(signet_gateway_decisions_total{{zone="tokens",result="{}",reason="{}"}} {})",
                                   result, reason, reason == "server_timeout" ? 1 : 0)))
        << reason;
  }
}

TEST(GatewayExposition, EverySourceHasALine) {
  Counters counters{};
  counters.count_source(TokenSource::Negative);
  const std::string text = expose(counters);
  for (const auto source : kTokenSourceNames) {
    EXPECT_TRUE(has_line(text, fmt::format(R"(signet_gateway_cache_lookups_total{{zone="tokens",result="{}"}} {})",
                                           source, source == "negative" ? 1 : 0)));
  }
}

TEST(GatewayExposition, SecondsHaveTheirMilliseconds) {
  Counters counters{};
  counters.introspection_milliseconds = 61'007;
  counters.count_revocation_delay(40);
  const std::string text = expose(counters);
  EXPECT_TRUE(has_line(text, R"(signet_gateway_introspection_seconds_total{zone="tokens"} 61.007)"));
  EXPECT_TRUE(has_line(text, R"(signet_gateway_revocation_delay_seconds_max{zone="tokens"} 0.040)"));
}

TEST(GatewayExposition, WhatFailedIsNotCountedAmongWhatWentWell) {
  Counters counters{};
  counters.introspections = 10;
  counters.introspections_failed = 3;
  counters.key_fetches_failed = 2;  // seen between two increments: more failures than questions
  const std::string text = expose(counters);
  EXPECT_TRUE(has_line(text, R"(signet_gateway_introspections_total{zone="tokens",result="ok"} 7)"));
  EXPECT_TRUE(has_line(text, R"(signet_gateway_introspections_total{zone="tokens",result="failed"} 3)"));
  EXPECT_TRUE(has_line(text, R"(signet_gateway_key_fetches_total{zone="tokens",result="ok"} 0)"));
}

TEST(GatewayExposition, GaugesSayWhatIsThere) {
  Exposition exposition;
  exposition.add(Counters{},
                 {.zone = "tokens", .cached_tokens = 5, .free_pages = 6, .revocation_marks = 7, .feed_up = true});
  exposition.add({.zone = "proofs", .used = 8, .capacity = 4096});
  const std::string text = std::move(exposition).take();
  EXPECT_TRUE(has_line(text, R"(signet_gateway_cached_tokens{zone="tokens"} 5)"));
  EXPECT_TRUE(has_line(text, R"(signet_gateway_cache_free_pages{zone="tokens"} 6)"));
  EXPECT_TRUE(has_line(text, R"(signet_gateway_revocation_marks{zone="tokens"} 7)"));
  EXPECT_TRUE(has_line(text, R"(signet_gateway_revocation_link_up{zone="tokens"} 1)"));
  EXPECT_TRUE(has_line(text, R"(signet_gateway_replay_used{zone="proofs"} 8)"));
  EXPECT_TRUE(has_line(text, R"(signet_gateway_replay_capacity{zone="proofs"} 4096)"));
  EXPECT_TRUE(has_line(expose(Counters{}), R"(signet_gateway_revocation_link_up{zone="tokens"} 0)"));
}

TEST(GatewayExposition, WithoutZonesThePageIsEmpty) {
  EXPECT_EQ(Exposition().take(), "");
}

}  // namespace
}  // namespace signet::gateway
