// What is asked of the server after it was killed and started again.
#include <fmt/format.h>

#include "worker.h"

namespace signet::crash {
namespace {

constexpr std::size_t kOlderTokens = 25;
constexpr std::size_t kReplays = 4;
constexpr auto kCodeIsSurelyFresh = std::chrono::seconds(35);  // it lives for 60

std::string_view describe(Fate fate) {
  return fate == Fate::Active ? "acknowledged" : "revoked";
}

}  // namespace

void Worker::check(bool everything) {
  check_tokens(everything);
  check_logins();
  check_replays();
}

bool Worker::check_token(const Token& token) {
  if (token.fate == Fate::Unknown) {
    ++counters_.unknown;
    return true;
  }
  const auto reply = ask(requests_.introspect(token.text));
  if (!reply) return false;
  if (!is_status(*reply, 200, "introspection")) return true;
  const auto object = parse_json_object(reply->body);
  const bool is_active = object && object->contains("active") && object->at("active") == json::value(true);
  if (is_active != (token.fate == Fate::Active)) {
    violations_.add(fmt::format("a token of round {} that was {} is {} in round {}", token.round, describe(token.fate),
                                is_active ? "active" : "inactive", ledger_.round));
  }
  ++counters_.checked;
  return true;
}

void Worker::check_tokens(bool everything) {
  for (const Token& token : ledger_.tokens) {
    const bool is_due = everything || token.round == ledger_.round;
    if (is_due && !check_token(token)) return violations_.add("the restarted server closed a connection");
  }
  for (std::size_t i = 0; !everything && !ledger_.tokens.empty() && i < kOlderTokens; ++i) {
    if (!check_token(ledger_.tokens[pick(ledger_.tokens.size())])) return;
  }
}

void Worker::check_logins() {
  std::size_t redeemed_again = 0;
  for (Login& login : ledger_.logins) {
    if (login.round != ledger_.round) continue;
    if (login.state != Login::Code::Redeemed) {
      check_login(login);
    } else if (redeemed_again < kReplays && login.fate == Fate::Active) {
      ++redeemed_again;
      const auto refreshed = ask(requests_.refresh(login.refresh_token, login.key));
      if (!refreshed || refreshed->status != 200) violations_.add("an acknowledged refresh token does not work");
      if (!redeem_again(login)) violations_.add("the restarted server closed a connection");
      for (const std::size_t index : login.tokens) (void)check_token(ledger_.tokens[index]);
    }
  }
}

/// A code that was never redeemed still can be; one whose redemption was under way was redeemed or was not. Either way
/// it works at most once from here.
void Worker::check_login(Login& login) {
  const bool was_unused = login.state == Login::Code::Fresh;
  const bool is_fresh = SteadyClock::now() - login.issued_at < kCodeIsSurelyFresh;
  login.state = Login::Code::Unknown;
  const auto reply = ask(requests_.redeem(login.code, login.key));
  if (!reply) return violations_.add("the restarted server closed a connection");
  ++counters_.checked;
  if (reply->status == 200) {
    keep_tokens(login, *reply);
    if (!redeem_again(login)) violations_.add("the restarted server closed a connection");
  } else if (was_unused && is_fresh) {
    violations_.add("a code that was acknowledged and never redeemed is refused: " + reply->body);
  } else {
    set_fate(login, Fate::Revoked);
  }
}

void Worker::check_replays() {
  const auto some = [this](const std::vector<std::string>& list, const auto& visit) {
    for (std::size_t i = 0; i < kReplays && !list.empty(); ++i) visit(list[pick(list.size())]);
  };
  const Entries grant = {{"grant_type", "client_credentials"}};
  some(ledger_.assertions, [&](const std::string& assertion) {
    const auto reply = ask(requests_.token(grant, assertion, requests_.proof(0)));
    expect_refusal(reply, 401, "invalid_client", "replayed assertion");
  });
  some(ledger_.proofs, [&](const std::string& proof) {
    const auto reply = ask(requests_.token(grant, requests_.assertion(), proof));
    expect_refusal(reply, 400, "invalid_dpop_proof", "replayed proof");
  });
  some(ledger_.request_uris, [&](const std::string& request_uri) {
    const std::string query =
        http::render_form({{"client_id", requests_.target().client_id}, {"request_uri", request_uri}});
    const auto reply = ask(requests_.get("/authorize?" + query, browser_fields()));
    ++counters_.replays;
    if (!reply || reply->status != 400) violations_.add("a request_uri that gave a code works again");
  });
}

void Worker::expect_refusal(const std::optional<Reply>& reply, int status, std::string_view error,
                            std::string_view what) {
  ++counters_.replays;
  if (!reply) return violations_.add(fmt::format("{}: no answer", what));
  if (reply->status == 503) {
    ++counters_.busy;
    return;
  }
  const auto object = parse_json_object(reply->body);
  const bool is_right = reply->status == status && object && peek_string(*object, "error") == error;
  if (!is_right) violations_.add(fmt::format("{}: {} {}", what, reply->status, reply->body.substr(0, 200)));
}

}  // namespace signet::crash
