#pragma once
// Account numbers that carry their own checksum. Spec: ISO 13616

#include <string>
#include <string_view>

namespace signet::oauth {

/// Country, check digits from 02 to 98, and the checksum: 15 to 34 capital letters and digits without spaces.
[[nodiscard]] bool is_iban(std::string_view text);

/// The IBAN of an account number of capital letters and digits.
[[nodiscard]] std::string make_iban(std::string_view country, std::string_view account);

}  // namespace signet::oauth
