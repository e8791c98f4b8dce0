// authorization_details: what is accepted has one canonical text, at most one payment, and text that can be seen.

#include "base/bytes.h"
#include "oauth/iban_iso13616.h"
#include "oauth/rar_rfc9396.h"
#include "oauth/shown_text.h"
#include "require.h"

namespace {

using namespace signet;
using fuzz::require;

void check_payment(const oauth::Payment& payment) {
  require(payment.amount.find_first_not_of("0123456789.") == std::string::npos && payment.currency.size() == 3);
  require(oauth::is_shown_text(payment.payee, 140));
  require(payment.payee_account.contains(':') || oauth::is_iban(payment.payee_account));
  require(payment.reference.empty() || oauth::is_shown_text(payment.reference, 140));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto details = oauth::parse_authorization_details(as_text({data, size}));
  if (!details) return 0;
  const std::string text = oauth::canonical_text(*details);
  const auto again = oauth::parse_authorization_details(text);
  require(again && *again == *details && oauth::canonical_text(*again) == text);
  const auto payment = oauth::find_payment(*details);
  require(payment.has_value() == oauth::holds_payment(text));
  require(oauth::lasting_details(text).size() + (payment ? 1 : 0) == details->size());
  require(oauth::narrow_authorization_details(text, text).value_or("") == text);
  if (payment) check_payment(*payment);
  return 0;
}
