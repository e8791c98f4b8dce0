#pragma once
// Money as a payer reads it. What these say is hashed and signed with the rest of the page, so the same facts give the
// same text. Spec: PSD2-RTS-5.1-1

#include <string>
#include <string_view>

#include "workflow/effect.h"

namespace signet::server::authn {

/// "1,234,567.50 EUR" with the marks of the login's language; the digits are those of the request.
[[nodiscard]] std::string describe_amount(const workflow::Facts& facts, std::string_view amount,
                                          std::string_view currency);

/// "DE89 3704 0044 0532 0130 00"; an account that is no IBAN, "scheme:identification", stays as it is.
[[nodiscard]] std::string describe_payee_account(std::string_view account);

}  // namespace signet::server::authn
