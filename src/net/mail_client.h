#pragma once
// Sends mail by SMTP through libcurl, on threads of its own.

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "net/mail.h"

namespace signet::net {

struct MailSettings {
  std::string url;           ///< smtps://HOST[:PORT], or smtp://HOST[:PORT] for a server that must then offer STARTTLS
  std::string from;          ///< address of the sender
  bool allow_plain = false;  ///< without TLS, which only a host on loopback may have
  std::string username = {};
  SecretText password = {};
  std::string ca_pem = {};  ///< extra trust anchors; empty: the system's
  Duration timeout = seconds{10};
  std::size_t queue_limit = 100;
  unsigned threads = 2;
};

/// Fails: Malformed (URL or address), Denied (another scheme, credentials in the URL, plain text that leaves the
/// machine)
[[nodiscard]] Result<void> check_mail_settings(const MailSettings& settings);

class MailClient {
 public:
  /// `clock` and `random` give the mail its date and its id; both outlive the client.
  MailClient(MailSettings settings, const Clock& clock, Random& random);
  ~MailClient();
  MailClient(const MailClient&) = delete;
  MailClient& operator=(const MailClient&) = delete;

  /// Done when the server has taken the mail. Nothing of the mail is ever logged or part of an error. The deadline
  /// counts from the call, waiting in the queue included. Fails: Malformed and TooLarge (see render_mail), Overloaded
  /// (the queue is full), Timeout, Unavailable (connection, TLS, or a refusal of the server, whose number is in the
  /// detail)
  [[nodiscard]] Task<Result<void>> send(Mail mail);

  [[nodiscard]] std::size_t queued() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::net
