#pragma once
// What one connection was told by the server, and therefore may hold it to.

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace signet::crash {

/// What the server has acknowledged about a credential. Unknown: a request about it was under way when the server died.
enum class Fate { Active, Revoked, Unknown };

using SteadyClock = std::chrono::steady_clock;

struct Token {
  std::string text = {};
  Fate fate = Fate::Active;
  int round = 0;
};

/// One code and what came of it.
struct Login {
  enum class Code { Fresh, Redeemed, Unknown };

  std::string code = {};
  std::size_t key = 0;  ///< the DPoP key the code is bound to
  Code state = Code::Fresh;
  SteadyClock::time_point issued_at = {};
  int round = 0;
  std::string refresh_token = {};
  std::vector<std::size_t> tokens = {};  ///< in Ledger::tokens
  Fate fate = Fate::Active;              ///< of the grant
};

/// Numbers for the report, over all connections.
struct Counters {
  std::atomic<std::uint64_t> requests = 0, tokens = 0, pushed = 0, codes = 0, redeemed = 0, refreshed = 0, revoked = 0;
  std::atomic<std::uint64_t> double_redemptions = 0, races = 0, checked = 0, replays = 0, unknown = 0, busy = 0;
};

/// Broken promises. The first ones are kept as text.
class Violations {
 public:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    ++count_;
    if (texts_.size() < 20) texts_.push_back(std::move(text));
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::mutex mutex_;
  std::uint64_t count_ = 0;
  std::vector<std::string> texts_;
};

struct Ledger {
  int round = 0;
  std::vector<Token> tokens;
  std::vector<Login> logins;
  std::vector<std::string> assertions;    ///< accepted in this round
  std::vector<std::string> proofs;        ///< accepted in this round
  std::vector<std::string> request_uris;  ///< answered with a code in this round
  std::map<std::string, std::string> cookies;
  bool is_logged_in = false;
};

}  // namespace signet::crash
