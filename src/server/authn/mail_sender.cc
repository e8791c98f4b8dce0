// One-time messages by e-mail.

#include "server/authn/message_sender.h"

namespace signet::server::authn {
namespace {

class MailSender final : public MessageSender {
 public:
  MailSender(net::MailSettings settings, const Clock& clock, Random& random)
      : client_(std::move(settings), clock, random) {}

  Task<Result<void>> send(std::string recipient, OneTimeMessage message) override {
    CO_TRY(check_message_text(message.text));
    co_return co_await client_.send({.to = std::move(recipient),
                                     .from_name = std::move(message.sender_name),
                                     .subject = std::move(message.subject),
                                     .text = std::move(message.text)});
  }

 private:
  net::MailClient client_;
};

}  // namespace

net::MailSettings make_mail_settings(const MailConfig& config, std::string ca_pem) {
  const auto url = parse_url(config.url);
  return {.url = config.url,
          .from = config.from,
          .allow_plain = url && url->scheme == "smtp" && url->is_loopback(),
          .username = config.username,
          .password = config.password,
          .ca_pem = std::move(ca_pem),
          .timeout = config.timeout};
}

std::unique_ptr<MessageSender> make_mail_sender(const MailConfig& config, std::string ca_pem, const Clock& clock,
                                                Random& random) {
  if (config.url.empty()) return nullptr;
  return std::make_unique<MailSender>(make_mail_settings(config, std::move(ca_pem)), clock, random);
}

}  // namespace signet::server::authn
