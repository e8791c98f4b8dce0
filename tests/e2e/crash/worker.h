#pragma once
// One connection: loads the server until it dies, and afterwards holds it to what it had acknowledged.

#include <random>

#include "connection.h"
#include "ledger.h"
#include "requests.h"

namespace signet::crash {

class Worker {
 public:
  Worker(const Requests& requests, Counters& counters, Violations& violations, std::uint64_t seed, std::size_t number);

  /// Runs operations until the connection breaks.
  void load(int round);
  /// Asks the restarted server. With `everything` all tokens are looked at, else those of the last round and some
  /// others.
  void check(bool everything);

 private:
  [[nodiscard]] bool run_operation();
  [[nodiscard]] bool get_client_token();
  [[nodiscard]] bool run_flow();
  [[nodiscard]] bool refresh();
  [[nodiscard]] bool revoke();
  [[nodiscard]] bool introspect_any();

  /// Pushes a request and takes its code from the redirect; nothing when the connection broke.
  [[nodiscard]] std::optional<Login> get_code();
  [[nodiscard]] std::optional<Reply> follow(Reply reply);
  [[nodiscard]] std::string answer_page(const Reply& reply, const std::string& path);
  [[nodiscard]] bool redeem(Login& login);
  [[nodiscard]] bool redeem_again(Login& login);
  [[nodiscard]] bool redeem_in_a_race(Login& login);

  void check_tokens(bool everything);
  void check_logins();
  void check_login(Login& login);
  void check_replays();
  [[nodiscard]] bool check_token(const Token& token);

  [[nodiscard]] std::optional<Reply> ask(std::string_view request);
  /// Is the reply the one expected? A server that is busy is none's fault; anything else is a violation.
  [[nodiscard]] bool is_status(const Reply& reply, int status, std::string_view what);
  void expect_refusal(const std::optional<Reply>& reply, int status, std::string_view error, std::string_view what);
  void keep_tokens(Login& login, const Reply& reply);
  void set_fate(Login& login, Fate fate);
  void keep_cookies(const Reply& reply);
  /// Cookies, and an address of its own as a trusted proxy would report it: one address with many logins of one person
  /// looks like guessing and has to wait.
  [[nodiscard]] std::string browser_fields() const;
  [[nodiscard]] std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(dice_);
  }
  [[nodiscard]] bool chance(unsigned percent) { return pick(100) < percent; }

  const Requests& requests_;
  Counters& counters_;
  Violations& violations_;
  std::mt19937_64 dice_;
  std::size_t number_;
  Connection connection_;
  Connection twin_;  ///< for two redemptions of one code at once
  Ledger ledger_;
};

}  // namespace signet::crash
