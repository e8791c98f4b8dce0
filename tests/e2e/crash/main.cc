// signet-crash-load: keeps 16 connections busy and remembers what the server acknowledged. crash_test.py kills and
// restarts the server and gives the orders, one a line: "load", "check", "check all", "quit". Each is answered with one
// line of JSON.

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "worker.h"

namespace signet::crash {
namespace {

constexpr std::size_t kConnections = 16;

template <class Work>
void run_all(std::vector<std::unique_ptr<Worker>>& workers, Work work) {
  std::vector<std::jthread> threads;
  for (auto& worker : workers) threads.emplace_back([&worker, work] { work(*worker); });
}

std::string render(const Counters& counters, const Violations& violations) {
  JsonWriter report;
  const auto add = [&](std::string_view name, std::uint64_t value) {
    report.number(name, static_cast<std::int64_t>(value));
  };
  add("requests", counters.requests);
  add("tokens", counters.tokens);
  add("pushed", counters.pushed);
  add("codes", counters.codes);
  add("redeemed", counters.redeemed);
  add("refreshed", counters.refreshed);
  add("revoked", counters.revoked);
  add("double_redemptions", counters.double_redemptions);
  add("races", counters.races);
  add("checked", counters.checked);
  add("replays", counters.replays);
  add("unknown", counters.unknown);
  add("busy", counters.busy);
  add("violations", violations.count());
  report.strings("texts", violations.texts());
  return std::move(report).take();
}

int run(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: signet-crash-load TARGET.json SEED\n");
    return 2;
  }
  const Target target = read_target(argv[1]);
  const std::uint64_t seed = std::strtoull(argv[2], nullptr, 10);
  const Requests requests(target);
  Counters counters;
  Violations violations;
  std::vector<std::unique_ptr<Worker>> workers;
  for (std::size_t i = 0; i < kConnections; ++i) {
    workers.push_back(std::make_unique<Worker>(requests, counters, violations, seed * kConnections + i, i));
  }
  int round = 0;
  for (std::string order; std::getline(std::cin, order) && order != "quit";) {
    if (order == "load") {
      ++round;
      run_all(workers, [round](Worker& worker) { worker.load(round); });
    } else {
      run_all(workers, [all = order == "check all"](Worker& worker) { worker.check(all); });
    }
    std::cout << render(counters, violations) << std::endl;
  }
  return violations.count() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace signet::crash

int main(int argc, char** argv) {
  return signet::crash::run(argc, argv);
}
