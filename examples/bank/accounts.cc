#include "bank/accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "crypto/digest.h"
#include "oauth/iban_iso13616.h"

namespace signet::bank {
namespace {

/// Numbers that follow from a text alone.
class Dice {
 public:
  explicit Dice(std::string_view seed) : bytes_(crypto::sha256(seed)) {}
  [[nodiscard]] std::uint32_t below(std::uint32_t limit) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | next_byte();
    return value % limit;
  }
  /// Before the first number is drawn.
  [[nodiscard]] std::string id() const { return encode_hex(BytesView(bytes_).first(8)); }

 private:
  std::uint8_t next_byte() {
    if (next_ == bytes_.size()) {
      bytes_ = crypto::sha256(bytes_);
      next_ = 0;
    }
    return bytes_[next_++];
  }
  Digest256 bytes_;
  std::size_t next_ = 8;
};

std::string make_iban(Dice& dice) {
  std::string account;
  for (int i = 0; i < 18; ++i) account.push_back(static_cast<char>('0' + dice.below(10)));
  return oauth::make_iban("DE", account);
}

struct Product {
  std::string_view name;
  std::string_view currency;
  std::uint32_t most_cents;
};
constexpr std::array<Product, 3> kProducts = {
    {{"Current account", "EUR", 800'000}, {"Savings", "EUR", 5'000'000}, {"Travel", "GBP", 200'000}}};

struct Counterparty {
  std::string_view name;
  std::string_view purpose;
  bool pays_us;
};
constexpr std::array<Counterparty, 8> kCounterparties = {{{"Greengrocer Maas", "Groceries", false},
                                                          {"City Transport", "Monthly ticket", false},
                                                          {"Hill & Sons Ltd", "Salary", true},
                                                          {"Waterworks", "Water bill", false},
                                                          {"Bookshop Lindgren", "Books", false},
                                                          {"Cafe Orlando", "Lunch", false},
                                                          {"Tax Office", "Refund", true},
                                                          {"Power Co-operative", "Electricity", false}}};

}  // namespace

std::vector<Account> accounts_of(std::string_view sub) {
  std::vector<Account> accounts;
  for (const Product& product : kProducts) {
    Dice dice(fmt::format("account\n{}\n{}", product.name, sub));
    Account account;
    account.id = dice.id();
    account.iban = make_iban(dice);
    account.name = product.name;
    account.currency = product.currency;
    account.balance_cents = 10'000 + dice.below(product.most_cents);
    accounts.push_back(std::move(account));
  }
  return accounts;
}

std::optional<Account> find_account(std::string_view sub, std::string_view id) {
  auto accounts = accounts_of(sub);
  const auto found = std::ranges::find(accounts, id, &Account::id);
  if (found == accounts.end()) return std::nullopt;
  return std::move(*found);
}

std::vector<Transaction> transactions_of(const Account& account) {
  std::vector<Transaction> transactions;
  for (unsigned i = 0; i < 6; ++i) {
    Dice dice(fmt::format("transaction\n{}\n{}", account.id, i));
    const std::string id = dice.id();
    const Counterparty& party = kCounterparties[dice.below(kCounterparties.size())];
    const std::int64_t cents = 250 + dice.below(party.pays_us ? 350'000 : 12'000);
    transactions.push_back({.id = id,
                            .booking_date = fmt::format("2026-{:02}-{:02}", 10 - i, 1 + dice.below(28)),
                            .amount_cents = party.pays_us ? cents : -cents,
                            .counterparty = std::string(party.name),
                            .remittance = std::string(party.purpose)});
  }
  return transactions;
}

std::string render_amount(std::int64_t cents) {
  const std::int64_t positive = cents < 0 ? -cents : cents;
  return fmt::format("{}{}.{:02}", cents < 0 ? "-" : "", positive / 100, positive % 100);
}

std::optional<std::int64_t> parse_amount(std::string_view text) {
  const auto point = text.find('.');
  std::string decimals(point == std::string_view::npos ? "" : text.substr(point + 1));
  const bool has_empty_decimals = point != std::string_view::npos && decimals.empty();
  if (has_empty_decimals || decimals.size() > 2 || text.substr(0, point).size() > 11) return std::nullopt;
  decimals.resize(2, '0');
  const auto units = parse_decimal(text.substr(0, point));
  const bool digits = decimals.find_first_not_of("0123456789") == std::string::npos;
  if (!units || !digits) return std::nullopt;
  const auto cents = static_cast<std::int64_t>(*units * 100) + (decimals[0] - '0') * 10 + (decimals[1] - '0');
  return cents > 0 ? std::optional(cents) : std::nullopt;
}

}  // namespace signet::bank
