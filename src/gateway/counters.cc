#include "gateway/counters.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace signet::gateway {
namespace {

struct Metric {
  std::string_view name;
  std::string_view type;
  std::string_view help;
};
constexpr Metric kMetrics[] = {
    {"signet_gateway_decisions_total", "counter", "Decisions by result and reason."},
    {"signet_gateway_cache_lookups_total", "counter", "Tokens looked at, by where the knowledge about them came from."},
    {"signet_gateway_introspections_total", "counter", "Questions to the authorization server by result."},
    {"signet_gateway_introspection_seconds_total", "counter", "Time spent waiting for introspection."},
    {"signet_gateway_key_fetches_total", "counter", "Fetches of the JWK set by result."},
    {"signet_gateway_revocation_polls_total", "counter", "Questions for what was revoked, by result."},
    {"signet_gateway_revocations_total", "counter", "Revocations learned."},
    {"signet_gateway_revocation_delay_seconds_total", "counter", "Sum of the time from a revocation to its mark here."},
    {"signet_gateway_revocation_delay_seconds_max", "gauge", "The longest such time."},
    {"signet_gateway_revocation_link_up", "gauge", "1 while revocations are being learned."},
    {"signet_gateway_cached_tokens", "gauge", "Tokens in the cache."},
    {"signet_gateway_cache_free_pages", "gauge", "Free pages of 4 KiB in the zone."},
    {"signet_gateway_revocation_marks", "gauge", "Revocations that are remembered."},
    {"signet_gateway_replay_used", "gauge", "DPoP proofs that are remembered."},
    {"signet_gateway_replay_capacity", "gauge", "DPoP proofs that can be remembered."},
};

/// What the client saw of it.
std::string_view result_of(std::string_view reason) {
  if (reason == "allowed") return "allowed";
  return reason == "unavailable" || reason.starts_with("server_") ? "unavailable" : "refused";
}

/// The value of a label, in which three characters have to be written otherwise.
std::string escape_label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out += c == '\n' ? std::string_view("\\n") : std::string_view(&c, 1);
  }
  return out;
}

}  // namespace

/// Adds the lines of one zone.
class ExpositionLines {
 public:
  ExpositionLines(Exposition& exposition, std::string_view zone)
      : lines_(exposition.lines_), zone_(escape_label(zone)) {}
  void add(std::string_view metric, std::uint64_t value) {
    fmt::format_to(end_of(metric), "{}{{zone=\"{}\"}} {}\n", metric, zone_, value);
  }
  void add(std::string_view metric, std::string_view label, std::string_view label_value, std::uint64_t value) {
    fmt::format_to(end_of(metric), "{}{{zone=\"{}\",{}=\"{}\"}} {}\n", metric, zone_, label, label_value, value);
  }
  void add_decision(std::string_view result, std::string_view reason, std::uint64_t value) {
    constexpr std::string_view kMetric = "signet_gateway_decisions_total";
    fmt::format_to(end_of(kMetric), "{}{{zone=\"{}\",result=\"{}\",reason=\"{}\"}} {}\n", kMetric, zone_, result,
                   reason, value);
  }
  void add_seconds(std::string_view metric, std::uint64_t milliseconds) {
    fmt::format_to(end_of(metric), "{}{{zone=\"{}\"}} {}.{:03}\n", metric, zone_, milliseconds / 1000,
                   milliseconds % 1000);
  }
  void add_results(std::string_view metric, std::uint64_t all, std::uint64_t failed) {
    add(metric, "result", "ok", all - std::min(all, failed));
    add(metric, "result", "failed", failed);
  }

 private:
  std::back_insert_iterator<std::string> end_of(std::string_view metric) { return std::back_inserter(lines_[metric]); }
  std::map<std::string_view, std::string>& lines_;
  std::string zone_;
};

void Counters::count_decision(std::string_view reason) {
  const auto found = std::ranges::find(kReasons, reason);
  const auto index = found == kReasons.end() ? kReasons.size() - 1 : static_cast<std::size_t>(found - kReasons.begin());
  ++decisions[index];
}

void Counters::count_revocation_delay(std::uint64_t milliseconds) {
  ++revocations;
  revocation_delay_milliseconds += milliseconds;
  std::uint64_t most = revocation_delay_most_milliseconds.load();
  while (most < milliseconds && !revocation_delay_most_milliseconds.compare_exchange_weak(most, milliseconds)) {
  }
}

void Exposition::add(const Counters& counters, const Gauges& gauges) {
  ExpositionLines lines(*this, gauges.zone);
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    lines.add_decision(result_of(kReasons[i]), kReasons[i], counters.decisions[i]);
  }
  for (std::size_t i = 0; i < kTokenSourceNames.size(); ++i) {
    lines.add("signet_gateway_cache_lookups_total", "result", kTokenSourceNames[i], counters.sources[i]);
  }
  lines.add_results("signet_gateway_introspections_total", counters.introspections, counters.introspections_failed);
  lines.add_seconds("signet_gateway_introspection_seconds_total", counters.introspection_milliseconds);
  lines.add_results("signet_gateway_key_fetches_total", counters.key_fetches, counters.key_fetches_failed);
  lines.add_results("signet_gateway_revocation_polls_total", counters.feed_polls, counters.feed_polls_failed);
  lines.add("signet_gateway_revocations_total", counters.revocations);
  lines.add_seconds("signet_gateway_revocation_delay_seconds_total", counters.revocation_delay_milliseconds);
  lines.add_seconds("signet_gateway_revocation_delay_seconds_max", counters.revocation_delay_most_milliseconds);
  lines.add("signet_gateway_revocation_link_up", gauges.feed_up ? 1 : 0);
  lines.add("signet_gateway_cached_tokens", gauges.cached_tokens);
  lines.add("signet_gateway_cache_free_pages", gauges.free_pages);
  lines.add("signet_gateway_revocation_marks", gauges.revocation_marks);
}

void Exposition::add(const ReplayGauges& gauges) {
  ExpositionLines lines(*this, gauges.zone);
  lines.add("signet_gateway_replay_used", gauges.used);
  lines.add("signet_gateway_replay_capacity", gauges.capacity);
}

std::string Exposition::take() && {
  std::string out;
  for (const Metric& metric : kMetrics) {
    const auto found = lines_.find(metric.name);
    if (found == lines_.end()) continue;
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", metric.name, metric.help, metric.name,
                   metric.type);
    out += found->second;
  }
  return out;
}

}  // namespace signet::gateway
