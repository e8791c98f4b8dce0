#pragma once
// Messages that leave once a step is written. Nobody waits for them, so what a page says and how long it takes tells
// nothing of whether there was anybody to write to.

#include "server/authn/message_sender.h"
#include "server/authn/step_work.h"
#include "store/accounts.h"

namespace signet::server::authn {

/// Hands a message to `sender` when the step was written. That it cannot be sent is logged, without recipient and text.
void send_afterwards(StepWork& work, MessageSender& sender, std::string recipient, OneTimeMessage message);

/// The account's own mail address; empty when it has none that mail can be sent to.
[[nodiscard]] std::string mail_address_of(const store::AccountRecord& account);
/// The same when it is known to be the account's: its claim email_verified is true.
[[nodiscard]] std::string verified_mail_address_of(const store::AccountRecord& account);
/// Likewise: phone_number, and phone_number_verified.
[[nodiscard]] std::string verified_phone_number_of(const store::AccountRecord& account);

}  // namespace signet::server::authn
