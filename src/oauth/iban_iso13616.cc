#include "oauth/iban_iso13616.h"

#include <algorithm>

namespace signet::oauth {
namespace {

constexpr bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The remainder by 97 of an IBAN whose first four characters were moved to its end; letters count from 10.
int remainder_97(std::string_view iban) {
  int remainder = 0;
  for (std::size_t i = 0; i < iban.size(); ++i) {
    const char c = iban[(i + 4) % iban.size()];
    remainder = is_digit(c) ? (remainder * 10 + (c - '0')) % 97 : (remainder * 100 + (c - 'A' + 10)) % 97;
  }
  return remainder;
}

}  // namespace

bool is_iban(std::string_view text) {
  if (text.size() < 15 || text.size() > 34 || !is_letter(text[0]) || !is_letter(text[1])) return false;
  if (!is_digit(text[2]) || !is_digit(text[3])) return false;
  if (!std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); })) return false;
  // 00, 01 and 99 leave the same remainders as 97, 98 and 02, but nobody is given them: one account, one number
  const int check = (text[2] - '0') * 10 + (text[3] - '0');
  return check >= 2 && check <= 98 && remainder_97(text) == 1;
}

std::string make_iban(std::string_view country, std::string_view account) {
  std::string iban = std::string(country) + "00" + std::string(account);
  const int check = 98 - remainder_97(iban);
  iban[2] = static_cast<char>('0' + check / 10);
  iban[3] = static_cast<char>('0' + check % 10);
  return iban;
}

}  // namespace signet::oauth
