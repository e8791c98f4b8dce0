#pragma once
// Demonstration data: every subject has the same accounts every time, and nobody else's.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace signet::bank {

struct Account {
  std::string id;
  std::string iban;
  std::string name;
  std::string currency;
  std::int64_t balance_cents = 0;
};

struct Transaction {
  std::string id;
  std::string booking_date;  ///< 2026-01-31
  std::int64_t amount_cents = 0;
  std::string counterparty;
  std::string remittance;
};

/// The accounts of a subject.
[[nodiscard]] std::vector<Account> accounts_of(std::string_view sub);
/// One of them; nothing when the id is unknown or somebody else's.
[[nodiscard]] std::optional<Account> find_account(std::string_view sub, std::string_view id);
[[nodiscard]] std::vector<Transaction> transactions_of(const Account& account);

/// "1234.56"
[[nodiscard]] std::string render_amount(std::int64_t cents);
/// A positive amount with at most two decimals and eleven digits before them.
[[nodiscard]] std::optional<std::int64_t> parse_amount(std::string_view text);

}  // namespace signet::bank
