#include "worker.h"

#include <fmt/format.h>

namespace signet::crash {
namespace {

std::string member(const Reply& reply, std::string_view name) {
  const auto object = parse_json_object(reply.body);
  return object ? std::string(peek_string(*object, name)) : std::string();
}

std::string attribute_after(std::string_view body, std::string_view mark) {
  const auto at = body.find(mark);
  const auto start = at == std::string_view::npos ? at : body.find("value=\"", at);
  if (start == std::string_view::npos) return {};
  return std::string(body.substr(start + 7, body.find('"', start + 7) - start - 7));
}

/// What is worth reading of a body: of a page the part with the reason.
std::string_view essence(std::string_view body) {
  const auto reason = body.find("id=\"error\"");
  return body.substr(reason == std::string_view::npos ? 0 : reason, 300);
}

std::string path_of(std::string_view location) {
  const auto scheme = location.find("://");
  if (scheme == std::string_view::npos) return std::string(location);
  return std::string(location.substr(location.find('/', scheme + 3)));
}

std::string parameter(std::string_view location, std::string_view name) {
  const auto form = http::Form::parse(location.substr(std::min(location.find('?') + 1, location.size())));
  return form ? std::string(form->find(name).value_or("")) : std::string();
}

}  // namespace

Worker::Worker(const Requests& requests, Counters& counters, Violations& violations, std::uint64_t seed,
               std::size_t number)
    : requests_(requests),
      counters_(counters),
      violations_(violations),
      dice_(seed),
      number_(number),
      connection_(requests.target().port),
      twin_(requests.target().port) {}

void Worker::load(int round) {
  ledger_.round = round;
  ledger_.assertions.clear();
  ledger_.proofs.clear();
  ledger_.request_uris.clear();
  while (run_operation()) {
  }
  connection_.close();
  twin_.close();
}

bool Worker::run_operation() {
  const std::size_t draw = pick(100);
  if (draw < 25) return get_client_token();
  if (draw < 60) return run_flow();
  if (draw < 75) return refresh();
  if (draw < 90) return revoke();
  return introspect_any();
}

std::optional<Reply> Worker::ask(std::string_view request) {
  ++counters_.requests;
  return connection_.exchange(request);
}

bool Worker::is_status(const Reply& reply, int status, std::string_view what) {
  if (reply.status == status) return true;
  if (reply.status == 503) {
    ++counters_.busy;
  } else {
    violations_.add(fmt::format("{}: {} instead of {}: {}", what, reply.status, status, essence(reply.body)));
  }
  return false;
}

bool Worker::get_client_token() {
  const std::string assertion = requests_.assertion();
  const std::string proof = requests_.proof(pick(kDpopKeys));
  const auto reply =
      ask(requests_.token({{"grant_type", "client_credentials"}, {"scope", "accounts"}}, assertion, proof));
  if (!reply) return false;
  if (!is_status(*reply, 200, "client_credentials")) return true;
  ledger_.tokens.push_back({.text = member(*reply, "access_token"), .round = ledger_.round});
  ledger_.assertions.push_back(assertion);
  ledger_.proofs.push_back(proof);
  ++counters_.tokens;
  return true;
}

bool Worker::run_flow() {
  auto login = get_code();
  if (!login) return false;
  if (login->code.empty()) return true;
  Login& kept = ledger_.logins.emplace_back(*std::move(login));
  const std::size_t draw = pick(100);
  if (draw < 10) return true;  // the code stays unused: a restart must not lose it
  if (draw < 20) return redeem_in_a_race(kept);
  if (!redeem(kept)) return false;
  return draw >= 30 || kept.state != Login::Code::Redeemed || redeem_again(kept);
}

std::optional<Login> Worker::get_code() {
  const std::size_t key = pick(kDpopKeys);
  const std::string assertion = requests_.assertion();
  auto reply = ask(requests_.push(key, assertion));
  if (!reply) return std::nullopt;
  if (!is_status(*reply, 201, "PAR")) return Login{};
  ledger_.assertions.push_back(assertion);
  ++counters_.pushed;
  const std::string request_uri = member(*reply, "request_uri");
  const std::string query =
      http::render_form({{"client_id", requests_.target().client_id}, {"request_uri", request_uri}});
  reply = ask(requests_.get("/authorize?" + query, browser_fields()));
  if (reply) reply = follow(*std::move(reply));
  if (!reply) return std::nullopt;
  if (!is_status(*reply, 303, "authorization")) return Login{};
  ledger_.request_uris.push_back(request_uri);
  ledger_.is_logged_in = true;
  ++counters_.codes;
  return Login{.code = parameter(reply->field("location"), "code"),
               .key = key,
               .issued_at = SteadyClock::now(),
               .round = ledger_.round};
}

/// Goes on until the browser is sent back to the client, or an answer is neither a page nor a redirect.
std::optional<Reply> Worker::follow(Reply reply) {
  std::string path;
  for (int step = 0; step < 8; ++step) {
    keep_cookies(reply);
    std::optional<Reply> next;
    const std::string location(reply.field("location"));
    if (location.starts_with(requests_.target().redirect_uri)) return reply;
    if (reply.status == 303) {
      path = path_of(location);
      next = ask(requests_.get(path, browser_fields()));
    } else if (reply.status == 200) {
      if (ledger_.is_logged_in)
        violations_.add("a session or consent that was acknowledged is lost: " + reply.body.substr(0, 300));
      next = ask(answer_page(reply, path));
    } else {
      return reply;
    }
    if (!next) return std::nullopt;
    reply = *std::move(next);
  }
  return reply;
}

std::string Worker::answer_page(const Reply& reply, const std::string& path) {
  Entries entries = {{"form_token", attribute_after(reply.body, "name=\"form_token\"")},
                     {"version", attribute_after(reply.body, "name=\"version\"")}};
  if (reply.body.contains("name=\"password\"")) {
    entries.push_back({"username", requests_.target().username});
    entries.push_back({"password", requests_.target().password});
    entries.push_back({"action", "login"});
  } else {
    entries.push_back({"action", "allow"});
  }
  return requests_.post(path, browser_fields(), http::render_form(entries));
}

void Worker::keep_tokens(Login& login, const Reply& reply) {
  login.state = Login::Code::Redeemed;
  login.refresh_token = member(reply, "refresh_token");
  login.tokens.push_back(ledger_.tokens.size());
  ledger_.tokens.push_back({.text = member(reply, "access_token"), .fate = login.fate, .round = ledger_.round});
  ++counters_.redeemed;
  ++counters_.tokens;
}

void Worker::set_fate(Login& login, Fate fate) {
  login.fate = fate;
  for (const std::size_t index : login.tokens) {
    // What is dead stays dead, whatever becomes of its grant.
    if (ledger_.tokens[index].fate != Fate::Revoked) ledger_.tokens[index].fate = fate;
  }
}

bool Worker::redeem(Login& login) {
  login.state = Login::Code::Unknown;
  const auto reply = ask(requests_.redeem(login.code, login.key));
  if (!reply) return false;
  if (is_status(*reply, 200, "redemption of a fresh code")) {
    keep_tokens(login, *reply);
  }
  return true;
}

bool Worker::redeem_again(Login& login) {
  set_fate(login, Fate::Unknown);
  const auto reply = ask(requests_.redeem(login.code, login.key));
  if (!reply) return false;
  ++counters_.double_redemptions;
  expect_refusal(reply, 400, "invalid_grant", "second redemption of a code");
  set_fate(login, Fate::Revoked);
  return true;
}

/// RFC6749-4.1.2: of two redemptions at once at most one succeeds, and what it got dies with the other's attempt.
bool Worker::redeem_in_a_race(Login& login) {
  login.state = Login::Code::Unknown;
  login.fate = Fate::Unknown;
  const std::string first = requests_.redeem(login.code, login.key);
  const std::string second = requests_.redeem(login.code, login.key);
  counters_.requests += 2;
  const bool sent = connection_.send(first) && twin_.send(second);
  if (!sent) return false;
  const auto one = connection_.receive();
  const auto two = twin_.receive();
  if (one && one->status == 200) keep_tokens(login, *one);
  if (two && two->status == 200) keep_tokens(login, *two);
  if (!one || !two) return false;
  ++counters_.races;
  if (one->status == 200 && two->status == 200) violations_.add("one code was redeemed twice at the same moment");
  if (one->status != 200 && two->status != 200 && one->status != 503 && two->status != 503)
    violations_.add("a code raced for was redeemed by nobody: " + one->body + two->body);
  if (one->status != 503 && two->status != 503) set_fate(login, Fate::Revoked);
  return true;
}

bool Worker::refresh() {
  if (ledger_.logins.empty()) return true;
  Login& login = ledger_.logins[pick(ledger_.logins.size())];
  if (login.refresh_token.empty() || login.fate != Fate::Active) return true;
  const auto reply = ask(requests_.refresh(login.refresh_token, pick(kDpopKeys)));
  if (!reply) return false;
  if (!is_status(*reply, 200, "refresh")) return true;
  login.tokens.push_back(ledger_.tokens.size());
  ledger_.tokens.push_back({.text = member(*reply, "access_token"), .round = ledger_.round});
  ++counters_.refreshed;
  ++counters_.tokens;
  return true;
}

bool Worker::revoke() {
  if (ledger_.tokens.empty()) return true;
  if (chance(30) && !ledger_.logins.empty()) {
    Login& login = ledger_.logins[pick(ledger_.logins.size())];
    if (login.refresh_token.empty() || login.fate != Fate::Active) return true;
    set_fate(login, Fate::Unknown);
    const auto reply = ask(requests_.revoke(login.refresh_token));
    if (!reply) return false;
    if (is_status(*reply, 200, "revocation of a refresh token")) set_fate(login, Fate::Revoked);
    ++counters_.revoked;
    return true;
  }
  Token& token = ledger_.tokens[pick(ledger_.tokens.size())];
  if (token.fate != Fate::Active) return true;
  token.fate = Fate::Unknown;
  const auto reply = ask(requests_.revoke(token.text));
  if (!reply) return false;
  if (is_status(*reply, 200, "revocation")) token.fate = Fate::Revoked;
  ++counters_.revoked;
  return true;
}

bool Worker::introspect_any() {
  if (ledger_.tokens.empty()) return true;
  return check_token(ledger_.tokens[pick(ledger_.tokens.size())]);
}

void Worker::keep_cookies(const Reply& reply) {
  for (std::string_view left = reply.head; !left.empty();) {
    const auto end = left.find("\r\n");
    const Reply line{.head = std::string(left.substr(0, end))};
    const auto value = line.field("set-cookie");
    const auto equals = value.find('=');
    if (!value.empty() && equals != std::string_view::npos) {
      const auto length = std::min(value.find(';'), value.size()) - equals - 1;
      ledger_.cookies[std::string(value.substr(0, equals))] = value.substr(equals + 1, length);
    }
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 2);
  }
}

std::string Worker::browser_fields() const {
  std::string cookies;
  for (const auto& [name, value] : ledger_.cookies) cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
  const std::string address = fmt::format("X-Forwarded-For: 192.0.2.{}\r\n", number_ + 1);
  return cookies.empty() ? address : address + "Cookie: " + cookies + "\r\n";
}

}  // namespace signet::crash
