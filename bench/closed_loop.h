#pragma once
// A closed loop of HTTP/1.1 connections on one thread: each has one request in flight and sends the next one when the
// answer is there. Everything that costs (signatures) was prepared before.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire.h"

namespace signet::bench {

struct Reply {
  int status = 0;
  std::string_view head;
  std::string_view body;
};

/// What one connection does: given the last reply (null at first), the next request, or nothing when it is done.
using Script = std::function<std::optional<std::string>(const Reply* last)>;

struct LoopResult {
  std::uint64_t requests = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t resent = 0;  ///< requests whose connection was closed before a byte of the answer
  double seconds = 0;
  std::vector<float> latencies_us;  ///< sorted
};

/// Runs all scripts against the endpoint, each on a connection of its own, until each is done. Ends the program with a
/// message when a connection breaks; one that `reconnects` does so only when an answer breaks off.
[[nodiscard]] LoopResult run_closed_loop(const Endpoint& endpoint, std::vector<Script> scripts);

/// The value of a header field (name in lower case), or empty.
[[nodiscard]] std::string_view find_header(std::string_view head, std::string_view name);

}  // namespace signet::bench
