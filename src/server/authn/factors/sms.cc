// Possession: a code sent to a mobile phone.
#include "server/authn/delivery.h"
#include "server/authn/factors/list.h"
#include "server/authn/factors/one_time_code.h"
#include "server/authn/factors/sent_code.h"

namespace signet::server::authn {
namespace {

/// People write numbers with spaces, hyphens and brackets.
std::string normalize(std::string_view typed) {
  std::string number(typed);
  std::erase_if(number, [](char c) { return std::string_view(" -()/.").contains(c); });
  if (number.starts_with("00")) number.replace(0, 2, "+");
  return check_phone_number(number) ? number : std::string();
}

constexpr SentCodeChannel kSms{.kind = "sms",
                               .title = Text::SmsTitle,
                               .enrol_title = Text::EnrolSmsTitle,
                               .enrol_text = Text::EnrolSmsText,
                               .address_label = Text::SmsLabel,
                               .enter_address = Text::EnterSms,
                               .field_kind = "tel",
                               .autocomplete = "tel",
                               .max_address_length = 32,
                               .sender = [](const Context& context) { return context.sms; },
                               .normalize = normalize,
                               .mask = mask_phone_number,
                               .proposal = verified_phone_number_of};

}  // namespace

const Factor& sms_factor() {
  static const Factor factor = make_sent_code_factor<kSms>(Text::SmsDescription, Text::SmsOffer);
  return factor;
}

}  // namespace signet::server::authn
