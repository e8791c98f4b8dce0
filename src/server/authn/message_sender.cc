#include "server/authn/message_sender.h"

#include <algorithm>

#include "base/text.h"

namespace signet::server::authn {
namespace {

constexpr std::size_t kMostTextBytes = 4096;

}  // namespace

Result<void> check_phone_number(std::string_view number) {
  const bool is_number = number.size() >= 8 && number.size() <= 16 && number[0] == '+' && number[1] != '0' &&
                         std::ranges::all_of(number.substr(1), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return fail(ErrorCode::Malformed, "A phone number is a plus sign and 7 to 15 digits.");
  return {};
}

Result<void> check_message_text(std::string_view text) {
  if (text.size() > kMostTextBytes) return fail(ErrorCode::TooLarge, "The text of a message is too long.");
  if (!is_valid_utf8(text) || text.contains('\0'))
    return fail(ErrorCode::Malformed, "The text of a message is not text.");
  return {};
}

std::unique_ptr<MessageSender> make_sms_sender(const SmsConfig& config, std::string ca_pem) {
  if (!config.command.empty()) return make_command_sender(config.command, config.timeout);
  if (!config.url.empty()) return make_http_sender(config.url, std::move(ca_pem), config.timeout);
  return nullptr;
}

}  // namespace signet::server::authn
