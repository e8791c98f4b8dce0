// Rules for [mail] and [sms]: how one-time codes leave the server.

#include <unistd.h>

#include "net/mail_client.h"
#include "server/authn/message_sender.h"
#include "server/configuration/draft.h"

namespace signet::server {
namespace {

void check_timeout(Draft& draft, std::string_view key, Duration timeout) {
  if (timeout < seconds{1} || timeout > minutes{1}) draft.add_problem(key, "must be from 1s to 1m");
}

void check_mail(Draft& draft) {
  const auto& mail = draft.config.mail;
  check_timeout(draft, "mail.timeout", mail.timeout);
  if (mail.url.empty()) {
    for (const std::string_view key : {"mail.from", "mail.username", "mail.password_file"})
      if (draft.was_given(key)) draft.add_problem(key, "has no effect without mail.url");
    return;
  }
  if (!net::check_mail_address(mail.from))
    draft.add_problem("mail.from", "is required: a plain address such as no-reply@example.com");
  // Another sender, so that what is said about the URL is about the URL.
  auto settings = authn::make_mail_settings(mail, {});
  settings.from = "no-reply@example.com";
  if (const auto checked = net::check_mail_settings(settings); !checked)
    draft.add_problem("mail.url", std::string(checked.error().public_text.view()));
  if (mail.username.empty() != draft.mail_password_file.empty())
    draft.add_problem("mail.username", "and mail.password_file are given together or not at all");
}

void check_sms(Draft& draft) {
  const auto& sms = draft.config.sms;
  check_timeout(draft, "sms.timeout", sms.timeout);
  if (!sms.command.empty() && !sms.url.empty()) draft.add_problem("sms.url", "and sms.command cannot both be given");
  if (!sms.command.empty() && ::access(sms.command.c_str(), X_OK) != 0)
    draft.add_problem("sms.command", sms.command + ": is not a program that can be run");
  if (sms.url.empty()) return;
  const auto url = parse_url(sms.url);
  if (!url) return draft.add_problem("sms.url", "must be an absolute URL");
  const bool is_allowed = url->is_https() || (url->scheme == "http" && url->is_loopback());
  if (!is_allowed) draft.add_problem("sms.url", "must begin with https://; plain http is for loopback addresses only");
  if (!url->userinfo.empty() || url->has_fragment)
    draft.add_problem("sms.url", "must have no user name and no fragment");
}

}  // namespace

void check_messages(Draft& draft) {
  check_mail(draft);
  check_sms(draft);
}

}  // namespace signet::server
