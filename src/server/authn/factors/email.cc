// Possession: a code sent to an e-mail address. While e-mail can replace the password it proves nothing beside it, so
// an address becomes a factor only when its owner enrols it, and then it replaces no password any more.
#include "base/text.h"
#include "net/mail.h"
#include "server/authn/delivery.h"
#include "server/authn/factors/list.h"
#include "server/authn/factors/one_time_code.h"
#include "server/authn/factors/sent_code.h"

namespace signet::server::authn {
namespace {

std::string normalize(std::string_view typed) {
  const std::string_view address = trim(typed);
  return net::check_mail_address(address) ? std::string(address) : std::string();
}

constexpr SentCodeChannel kEmail{.kind = "email",
                                 .title = Text::EmailTitle,
                                 .enrol_title = Text::EnrolEmailTitle,
                                 .enrol_text = Text::EnrolEmailText,
                                 .address_label = Text::EmailLabel,
                                 .enter_address = Text::EnterEmail,
                                 .field_kind = "email",
                                 .autocomplete = "email",
                                 .max_address_length = 254,
                                 .sender = [](const Context& context) { return context.mail; },
                                 .normalize = normalize,
                                 .mask = mask_mail_address,
                                 .proposal = verified_mail_address_of};

}  // namespace

const Factor& email_factor() {
  static const Factor factor = make_sent_code_factor<kEmail>(Text::EmailDescription, Text::EmailOffer);
  return factor;
}

}  // namespace signet::server::authn
