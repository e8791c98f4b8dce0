#include "server/authn/delivery.h"

#include "net/mail.h"

namespace signet::server::authn {
namespace {

// Parameters by value: the request may be over when the message is on its way. The context lives as long as the server.
Task<void> deliver(Context& context, MessageSender& sender, std::string recipient, OneTimeMessage message) {
  try {
    const auto sent = co_await sender.send(std::move(recipient), std::move(message));
    if (!sent) context.log.failure("message.not_sent", sent.error());
  } catch (const std::exception& bug) {
    context.log.error("message.bug", {{"what", bug.what()}});
  }
}

std::string claim_of(const store::AccountRecord& account, std::string_view name, std::string_view verified) {
  const auto claims = parse_json_object(account.claims);
  if (!claims || (!verified.empty() && !fact::is_set(*claims, verified))) return {};
  return std::string(peek_string(*claims, name));
}

std::string only_address(std::string address) {
  return net::check_mail_address(address) ? std::move(address) : std::string{};
}

}  // namespace

void send_afterwards(StepWork& work, MessageSender& sender, std::string recipient, OneTimeMessage message) {
  message.sender_name = work.exchange.issuer.config().display_name;
  work.afterwards.push_back(deliver(work.exchange.context, sender, std::move(recipient), std::move(message)));
}

std::string mail_address_of(const store::AccountRecord& account) {
  return only_address(claim_of(account, "email", ""));
}

std::string verified_mail_address_of(const store::AccountRecord& account) {
  return only_address(claim_of(account, "email", "email_verified"));
}

std::string verified_phone_number_of(const store::AccountRecord& account) {
  std::string number = claim_of(account, "phone_number", "phone_number_verified");
  return check_phone_number(number) ? number : std::string{};
}

}  // namespace signet::server::authn
