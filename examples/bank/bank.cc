#include "bank/bank.h"

#include <algorithm>
#include <array>

#include "bank/accounts.h"
#include "base/text.h"
#include "verify/problem.h"

namespace signet::bank {
namespace {

/// RFC 9457.
http::Response make_problem(int status, std::string_view title, std::string_view detail) {
  JsonWriter writer;
  writer.text("type", "about:blank").text("title", title).number("status", status);
  writer.text_if("detail", detail);
  http::Response response;
  response.status = status;
  response.fields.add("Content-Type", verify::kProblemMediaType);
  response.body = std::move(writer).take();
  return response;
}

http::Response make_json(const json::value& value, int status = 200) {
  return http::make_json_response(status, render_json(value));
}

/// The refusal of the token with its challenges, as a problem document.
http::Response make_refusal(const verify::Refusal& refusal) {
  http::Response response = resource::render_refusal(refusal);
  response.fields.set("Content-Type", verify::kProblemMediaType);
  response.body = verify::render_problem(refusal.status, refusal.error);
  return response;
}

/// 8-4-4-4-12 hexadecimal digits. Spec: RFC9562-4
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool wants_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool is_hex = std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
    if (wants_hyphen ? text[i] != '-' : !is_hex) return false;
  }
  return true;
}

/// Version 4, random. Spec: RFC9562-5.4
std::string make_uuid(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string text = encode_hex(bytes);
  for (const std::size_t position : {20U, 16U, 12U, 8U}) text.insert(position, "-");
  return text;
}

json::object amount(std::string_view currency, std::int64_t cents) {
  return {{"currency", currency}, {"amount", render_amount(cents)}};
}
json::object summary(const Account& account) {
  return {{"resourceId", account.id}, {"iban", account.iban}, {"currency", account.currency}, {"name", account.name}};
}

http::Response no_such_account() {
  return make_problem(404, "Not Found", "There is no such account.");
}
http::Response make_problem(int status, const Error& error) {
  http::Response response;
  response.status = status;
  response.fields.add("Content-Type", verify::kProblemMediaType);
  response.body = verify::render_problem(status, error);
  return response;
}

}  // namespace

struct Bank::Route {
  std::string_view method;
  std::string_view path;  ///< "{}" stands for one part
  resource::Guard Bank::* guard;
  Answer answer;
};

std::span<const Bank::Route> Bank::routes() {
  static constexpr Route kRoutes[] = {
      {"GET", "/accounts", &Bank::accounts_, &Bank::list_accounts},
      {"GET", "/accounts/{}", &Bank::accounts_, &Bank::get_account},
      {"GET", "/accounts/{}/balances", &Bank::accounts_, &Bank::get_balances},
      {"GET", "/accounts/{}/transactions", &Bank::transactions_, &Bank::list_transactions},
      {"POST", "/payments", &Bank::payments_, &Bank::make_payment},
  };
  return kRoutes;
}

namespace {

/// The part that stands for "{}" when the path fits the pattern; nothing when it does not.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/');
  const auto parts = split(path, '/');
  if (wanted.size() != parts.size()) return std::nullopt;
  std::string id;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (wanted[i] == "{}") {
      id = parts[i];
    } else if (wanted[i] != parts[i]) {
      return std::nullopt;
    }
  }
  return id;
}

}  // namespace

Bank::Bank(resource::ResourceServer& server, Random& random, Strength strength)
    : server_(server),
      random_(random),
      accounts_(server.guard({.scope = {"accounts"}})),
      transactions_(server.guard({.scope = {"accounts"}, .step_up = std::move(strength.transactions)})),
      payments_(server.guard({.scope = {"payments"}, .step_up = std::move(strength.payments)})) {}

Task<http::Response> Bank::handle(const http::Request& request) {
  const auto given = request.fields.all("x-fapi-interaction-id");
  const bool usable = given.empty() || (given.size() == 1 && is_uuid(given.front()));
  const std::string interaction_id = usable && !given.empty() ? std::string(given.front()) : make_uuid(random_);
  http::Response response;
  if (usable) {
    response = co_await answer(request);
  } else {
    response = make_problem(400, "Bad Request", "The field x-fapi-interaction-id must be one UUID.");
  }
  response.fields.set("x-fapi-interaction-id", interaction_id);
  if (response.fields.count("Cache-Control") == 0) response.fields.add("Cache-Control", "no-store");
  response.fields.add("X-Content-Type-Options", "nosniff");
  co_return response;
}

Task<http::Response> Bank::answer(const http::Request& request) {
  if (request.path() == server_.metadata_path() && request.method == "GET") co_return server_.metadata_response();
  std::string_view allowed;
  for (const Route& route : routes()) {
    auto id = match(route.path, request.path());
    if (!id) continue;
    if (route.method == request.method) co_return co_await run(request, route, *std::move(id));
    allowed = route.method;
  }
  if (allowed.empty()) co_return make_problem(404, "Not Found", "There is nothing at this address.");
  http::Response response = make_problem(405, "Method Not Allowed", "");
  response.fields.add("Allow", allowed);
  co_return response;
}

Task<http::Response> Bank::run(const http::Request& request, const Route& route, std::string id) {
  // The configured address, never the Host field: a proof for another host must not fit here
  std::string url = server_.config().resource;
  if (url.ends_with('/')) url.pop_back();
  url += request.path();
  const verify::Verdict verdict = co_await (this->*route.guard).check(request, std::move(url));
  if (const auto* refusal = std::get_if<verify::Refusal>(&verdict)) co_return make_refusal(*refusal);
  const auto& token = std::get<verify::VerifiedToken>(verdict);
  http::Response response = (this->*route.answer)(request, token, id);
  resource::add_dpop_nonce(response, token);
  co_return response;
}

http::Response Bank::list_accounts(const http::Request&, const verify::VerifiedToken& token, std::string_view) {
  json::array accounts;
  for (const Account& account : accounts_of(token.sub)) accounts.push_back(summary(account));
  return make_json(json::object{{"accounts", std::move(accounts)}});
}

http::Response Bank::get_account(const http::Request&, const verify::VerifiedToken& token, std::string_view id) {
  const auto account = find_account(token.sub, id);
  if (!account) return no_such_account();
  return make_json(json::object{{"account", summary(*account)}});
}

http::Response Bank::get_balances(const http::Request&, const verify::VerifiedToken& token, std::string_view id) {
  const auto account = find_account(token.sub, id);
  if (!account) return no_such_account();
  const json::object balance = {{"balanceType", "closingBooked"},
                                {"balanceAmount", amount(account->currency, account->balance_cents)}};
  return make_json(json::object{{"account", summary(*account)}, {"balances", json::array{balance}}});
}

http::Response Bank::list_transactions(const http::Request&, const verify::VerifiedToken& token, std::string_view id) {
  const auto account = find_account(token.sub, id);
  if (!account) return no_such_account();
  json::array booked;
  for (const Transaction& transaction : transactions_of(*account)) {
    const std::string_view party = transaction.amount_cents < 0 ? "creditorName" : "debtorName";
    booked.push_back(json::object{{"transactionId", transaction.id},
                                  {"bookingDate", transaction.booking_date},
                                  {"transactionAmount", amount(account->currency, transaction.amount_cents)},
                                  {party, transaction.counterparty},
                                  {"remittanceInformationUnstructured", transaction.remittance}});
  }
  return make_json(
      json::object{{"account", summary(*account)}, {"transactions", json::object{{"booked", std::move(booked)}}}});
}

http::Response Bank::make_payment(const http::Request& request, const verify::VerifiedToken& token, std::string_view) {
  if (http::media_type(request.fields.get("Content-Type")) != "application/json") {
    return make_problem(415, "Unsupported Media Type", "A payment is sent as application/json.");
  }
  const auto order = parse_payment_order(request.body);
  if (!order) return make_problem(400, order.error());
  if (const auto approved = check_approved(*order, token.authorization_details); !approved) {
    return make_problem(403, approved.error());
  }
  const auto accounts = accounts_of(token.sub);
  const auto debtor = std::ranges::find(accounts, order->debtor_iban, &Account::iban);
  if (debtor == accounts.end()) {
    return make_problem(400, "Bad Request", "The member debtorAccount.iban must be an account of the user.");
  }
  if (order->currency != debtor->currency) {
    return make_problem(400, "Bad Request", "The currency must be the one of the account.");
  }
  if (order->cents > debtor->balance_cents) {
    return make_problem(422, "Unprocessable Content", "The balance does not cover the payment.");
  }
  // Last: an order that cannot be executed uses nothing up
  if (const auto used = used_approvals_.use(token); !used) {
    return make_problem(used.error().code == ErrorCode::AlreadyUsed ? 409 : 403, used.error());
  }
  return make_json(json::object{{"paymentId", make_uuid(random_)},
                                {"transactionStatus", "ACSP"},
                                {"instructedAmount", amount(debtor->currency, order->cents)},
                                {"creditorName", order->creditor_name},
                                {"creditorAccount", json::object{{"iban", order->creditor_iban}}}},
                   201);
}

}  // namespace signet::bank
