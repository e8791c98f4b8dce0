#include "server/authn/amount.h"

#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

constexpr std::size_t kDigitsOfGroup = 3;
constexpr std::size_t kCharactersOfGroup = 4;

std::string group_digits(std::string_view units, std::string_view mark) {
  std::string grouped;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i > 0 && (units.size() - i) % kDigitsOfGroup == 0) grouped.append(mark);
    grouped.push_back(units[i]);
  }
  return grouped;
}

}  // namespace

std::string describe_amount(const workflow::Facts& facts, std::string_view amount, std::string_view currency) {
  const auto point = amount.find('.');
  std::string described = group_digits(amount.substr(0, point), text(facts, Text::GroupMark));
  if (point != std::string_view::npos)
    described.append(text(facts, Text::DecimalMark)).append(amount.substr(point + 1));
  return described.append(" ").append(currency);
}

std::string describe_payee_account(std::string_view account) {
  if (account.contains(':')) return std::string(account);
  std::string grouped;
  for (std::size_t i = 0; i < account.size(); ++i) {
    if (i > 0 && i % kCharactersOfGroup == 0) grouped.push_back(' ');
    grouped.push_back(account[i]);
  }
  return grouped;
}

}  // namespace signet::server::authn
