#pragma once
// How a one-time code leaves the server: one interface, and the ways that the configuration can choose.

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "net/mail_client.h"
#include "server/config.h"

namespace signet::server::authn {

struct OneTimeMessage {
  std::string sender_name = {};  ///< display name of the issuer, where the channel shows one
  std::string subject = {};      ///< where the channel has one; never the code, which lock screens would show
  std::string text = {};         ///< UTF-8, at most 4096 bytes
};

struct MessageSender {
  MessageSender() = default;
  MessageSender(const MessageSender&) = delete;
  MessageSender& operator=(const MessageSender&) = delete;
  virtual ~MessageSender() = default;
  /// Done when the message was handed on. Neither recipient nor text is ever logged or part of an error. Fails:
  /// Malformed (not a recipient of this channel), TooLarge, Overloaded, Timeout, Unavailable
  [[nodiscard]] virtual Task<Result<void>> send(std::string recipient, OneTimeMessage message) = 0;
};

/// A number in the form of E.164: "+" and 7 to 15 digits. It cannot be read as an option of a program. Fails: Malformed
[[nodiscard]] Result<void> check_phone_number(std::string_view number);
/// Fails: TooLarge, Malformed (not UTF-8, or with a NUL)
[[nodiscard]] Result<void> check_message_text(std::string_view text);

/// Mail without TLS goes to a host on loopback and nowhere else.
[[nodiscard]] net::MailSettings make_mail_settings(const MailConfig& config, std::string ca_pem);

/// By e-mail, or null when no server is configured. `ca_pem` are anchors beside the system's; `clock` and `random`
/// outlive the sender.
[[nodiscard]] std::unique_ptr<MessageSender> make_mail_sender(const MailConfig& config, std::string ca_pem,
                                                              const Clock& clock, Random& random);
/// By a program: the number is its one argument, the text its input, `PATH` its environment; no shell. It and its
/// children are killed at the deadline. Exit code 0 is success.
[[nodiscard]] std::unique_ptr<MessageSender> make_command_sender(std::string program, Duration timeout);
/// By a POST of {"recipient": …, "text": …} to `url`; 2xx is success.
[[nodiscard]] std::unique_ptr<MessageSender> make_http_sender(std::string url, std::string ca_pem, Duration timeout);

/// By whichever of the two is configured, or null.
[[nodiscard]] std::unique_ptr<MessageSender> make_sms_sender(const SmsConfig& config, std::string ca_pem);

}  // namespace signet::server::authn
