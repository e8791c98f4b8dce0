#pragma once
// What the gateway counts, in memory that all workers share, and its text for Prometheus.

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace signet::gateway {

/// Where the knowledge about a token came from.
enum class TokenSource {
  Hit,       ///< the cache
  Miss,      ///< the authorization server, asked for this request
  Wait,      ///< the authorization server, asked for another request of the same moment
  Negative,  ///< the cache, which knows that the token is not active
  Local,     ///< the signature of the access token itself
};
inline constexpr std::array<std::string_view, 5> kTokenSourceNames = {"hit", "miss", "wait", "negative", "local"};

/// Every name reason_of() can give, and what it does not see: "allowed", "replay" and "no_credential".
inline constexpr std::array<std::string_view, 15> kReasons = {"allowed",
                                                              "invalid_request",
                                                              "invalid_token",
                                                              "insufficient_scope",
                                                              "invalid_dpop_proof",
                                                              "use_dpop_nonce",
                                                              "replay",
                                                              "insufficient_user_authentication",
                                                              "no_credential",
                                                              "unavailable",
                                                              "server_unavailable",
                                                              "server_bad_answer",
                                                              "server_timeout",
                                                              "server_error",
                                                              "other"};

struct Counters {
  using Counter = std::atomic<std::uint64_t>;
  std::array<Counter, kReasons.size()> decisions;
  std::array<Counter, kTokenSourceNames.size()> sources;
  Counter introspections;
  Counter introspections_failed;
  Counter introspection_milliseconds;
  Counter key_fetches;
  Counter key_fetches_failed;
  Counter feed_polls;
  Counter feed_polls_failed;
  Counter revocations;
  Counter revocation_delay_milliseconds;       ///< sum, from the revocation at the server to its mark here
  Counter revocation_delay_most_milliseconds;  ///< the longest

  void count_decision(std::string_view reason);
  void count_source(TokenSource source) { ++sources[static_cast<std::size_t>(source)]; }
  void count_revocation_delay(std::uint64_t milliseconds);
};

/// What is measured when somebody looks.
struct Gauges {
  std::string_view zone;
  std::uint64_t cached_tokens = 0;
  std::uint64_t free_pages = 0;
  std::uint64_t revocation_marks = 0;
  bool feed_up = false;
};
struct ReplayGauges {
  std::string_view zone;
  std::uint64_t used = 0;
  std::uint64_t capacity = 0;
};

/// The text of the exposition format 0.0.4, with the zone as a label and the lines of each metric together.
class Exposition {
 public:
  void add(const Counters& counters, const Gauges& gauges);
  void add(const ReplayGauges& gauges);
  [[nodiscard]] std::string take() &&;

 private:
  friend class ExpositionLines;
  std::map<std::string_view, std::string> lines_;  ///< by name of the metric
};

}  // namespace signet::gateway
