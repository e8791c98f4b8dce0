#include "server/authn/notices.h"

#include <fmt/chrono.h>

#include "server/authn/delivery.h"
#include "server/authn/device_name.h"
#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

Text sentence_of(Notice notice) {
  switch (notice) {
    case Notice::FactorAdded:
      return Text::NoticeFactorAdded;
    case Notice::FactorRemoved:
      return Text::NoticeFactorRemoved;
    case Notice::PasswordChanged:
      return Text::NoticePasswordChanged;
    case Notice::NewDevice:
      return Text::NoticeNewDevice;
    case Notice::SignIn:
      return Text::NoticeSignIn;
    case Notice::PushDenied:
      return Text::NoticePushDenied;
  }
  return Text::NoticeSignIn;
}

}  // namespace

void add_notice(StepWork& work, const store::AccountRecord& account, Notice notice, std::string_view what) {
  MessageSender* mail = work.exchange.context.mail;
  std::string address = mail_address_of(account);
  if (mail == nullptr || address.empty()) return;
  const std::string when = fmt::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::floor<minutes>(work.exchange.now));
  const std::string& issuer = work.exchange.issuer.config().display_name;
  send_afterwards(work, *mail, std::move(address),
                  {.subject = text(work.facts, Text::NoticeSubject, {issuer}),
                   .text = text(work.facts, sentence_of(notice), {what}) + "\n\n" +
                           text(work.facts, Text::NoticeWhen, {when, account.username}) + "\n\n" +
                           text(work.facts, Text::NoticeHelp, {issuer}) + "\n"});
}

Task<Result<void>> add_notice(StepWork& work, Notice notice, std::string what) {
  CO_TRY_ASSIGN(const auto account, co_await work.load_account(work.account_id()));
  if (account) add_notice(work, *account, notice, what);
  co_return Result<void>();
}

Task<Result<void>> add_sign_in_notice(StepWork& work, const store::AccountRecord& account, bool always) {
  if (work.exchange.context.mail == nullptr || mail_address_of(account).empty()) co_return Result<void>();
  const store::KnownDeviceRecord device = work.sign_in->known_device;
  const std::string agent = describe_agent(work.facts, device.name);
  const store::KnownDevices& devices = work.exchange.context.store.known_devices;
  CO_TRY_ASSIGN(const auto known, co_await devices.find(account.account_id, device.device_hash, work.exchange.now));
  if (known) {
    if (always) add_notice(work, account, Notice::SignIn, agent);
    co_return Result<void>();
  }
  // Who signs in for the first time knows it.
  CO_TRY_ASSIGN(const auto newest, co_await devices.newest(account.account_id, work.exchange.now));
  if (newest || always) add_notice(work, account, newest ? Notice::NewDevice : Notice::SignIn, agent);
  co_return Result<void>();
}

}  // namespace signet::server::authn
