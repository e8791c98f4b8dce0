// The only file that includes prometheus-cpp: it writes the text format, the counting is done by the atomics of
// metrics.h.

#include "server/metrics.h"

#include <dirent.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

namespace signet::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

struct CounterText {
  Metrics::Counter counter;
  std::string_view name;
  std::string_view help;
};

constexpr CounterText kCounters[] = {
    {Metrics::Counter::PushedRequests, "signet_pushed_requests_total", "Pushed authorization requests accepted."},
    {Metrics::Counter::Authorizations, "signet_authorizations_total",
     "Authorization requests that reached a decision."},
    {Metrics::Counter::CodesIssued, "signet_codes_issued_total", "Authorization codes issued."},
    {Metrics::Counter::TokensIssued, "signet_tokens_issued_total", "Access tokens issued."},
    {Metrics::Counter::TokensRefused, "signet_tokens_refused_total", "Token requests refused."},
    {Metrics::Counter::Introspections, "signet_introspections_total", "Introspections answered."},
    {Metrics::Counter::Revocations, "signet_revocations_total",
     "Grants and tokens revoked: given back, withdrawn by their user, or used twice."},
    {Metrics::Counter::UserinfoAnswers, "signet_userinfo_answers_total", "Userinfo answers given."},
    {Metrics::Counter::LoginsSucceeded, "signet_logins_succeeded_total", "Logins that succeeded."},
    {Metrics::Counter::LoginsFailed, "signet_logins_failed_total", "Logins with a wrong name or password."},
    {Metrics::Counter::LoginsThrottled, "signet_logins_throttled_total", "Logins refused because of earlier failures."},
    {Metrics::Counter::ConsentsGranted, "signet_consents_granted_total", "Consents given."},
    {Metrics::Counter::ConsentsDenied, "signet_consents_denied_total", "Consents denied."},
    {Metrics::Counter::ClientAuthFailures, "signet_client_auth_failures_total", "Client authentications that failed."},
    {Metrics::Counter::DpopFailures, "signet_dpop_failures_total", "DPoP proofs refused or missing."},
    {Metrics::Counter::ReplaysRefused, "signet_replays_refused_total", "Proofs and assertions that were sent twice."},
    {Metrics::Counter::GatewayApprovals, "signet_gateway_approvals_total", "Calls of APIs that gateways may let pass."},
    {Metrics::Counter::GatewayRefusals, "signet_gateway_refusals_total", "Calls of APIs that were refused."},
    {Metrics::Counter::GatewayFailures, "signet_gateway_failures_total",
     "Calls of APIs without a decision: the gateway asked wrongly, or the server could not tell."},
    {Metrics::Counter::RefusalsNotRecorded, "signet_refusals_not_recorded_total",
     "Refusals of strangers beyond what the audit trail takes in a minute."},
    {Metrics::Counter::RecordsLost, "signet_records_lost_total",
     "Records that nobody waits for, such as those of refusals, which could not be written."},
    {Metrics::Counter::CommitsFailed, "signet_commits_failed_total", "Commits that the storage refused."},
    {Metrics::Counter::ServerErrors, "signet_server_errors_total", "Requests that failed by a fault of the server."},
};
static_assert(std::size(kCounters) == static_cast<std::size_t>(Metrics::Counter::Count_), "every counter has a text");

// Index of requests_: the hundreds of the status, 0 for anything that is none.
constexpr std::string_view kStatusClasses[] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};

MetricFamily make_family(std::string_view name, std::string_view help, MetricType type) {
  return {.name = std::string(name), .help = std::string(help), .type = type, .metric = {}};
}

ClientMetric make_metric(MetricType type, double value) {
  ClientMetric metric;
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

MetricFamily make_single(std::string_view name, std::string_view help, MetricType type, double value) {
  MetricFamily family = make_family(name, help, type);
  family.metric.push_back(make_metric(type, value));
  return family;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto to_seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime);
}

double open_descriptors() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = -3;  // ".", ".." and the folder itself
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

void add_process(std::vector<MetricFamily>& families, std::chrono::system_clock::time_point started) {
  const auto start_seconds = std::chrono::duration<double>(started.time_since_epoch()).count();
  families.push_back(
      make_single("process_resident_memory_bytes", "Resident memory.", MetricType::Gauge, resident_bytes()));
  families.push_back(make_single("process_cpu_seconds_total", "CPU time used.", MetricType::Counter, cpu_seconds()));
  families.push_back(make_single("process_open_fds", "Open file descriptors.", MetricType::Gauge, open_descriptors()));
  families.push_back(make_single("process_start_time_seconds", "When the process started (Unix time).",
                                 MetricType::Gauge, start_seconds));
}

}  // namespace

void Metrics::count_request(std::size_t route, int status) {
  const int hundreds = status / 100;
  const std::size_t kind = hundreds >= 1 && hundreds <= 5 ? static_cast<std::size_t>(hundreds) : 0;
  requests_[std::min(route, kRoutes - 1)][kind].fetch_add(1, std::memory_order_relaxed);
}

std::string Metrics::render() const {
  std::vector<MetricFamily> families;
  auto requests =
      make_family("signet_requests_total", "Requests answered, by route and class of status.", MetricType::Counter);
  for (std::size_t route = 0; route < kRoutes; ++route) {
    for (std::size_t kind = 0; kind < requests_[route].size(); ++kind) {
      const auto count = requests_[route][kind].load(std::memory_order_relaxed);
      if (count == 0) continue;
      ClientMetric metric = make_metric(MetricType::Counter, static_cast<double>(count));
      metric.label = {{"route", route < route_names_.size() ? route_names_[route] : "other"},
                      {"status", std::string(kStatusClasses[kind])}};
      requests.metric.push_back(std::move(metric));
    }
  }
  families.push_back(std::move(requests));
  for (const auto& [counter, name, help] : kCounters) {
    families.push_back(make_single(name, help, MetricType::Counter, static_cast<double>(value(counter))));
  }
  for (const auto& figure : figures_) {
    const auto type = figure.is_counter ? MetricType::Counter : MetricType::Gauge;
    families.push_back(make_single(figure.name, figure.help, type, figure.read()));
  }
  add_process(families, started_);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace signet::server
