#include "server/authn/factors/one_time_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.h"
#include "server/authn/texts.h"
#include "server/authn/throttle.h"

namespace signet::server::authn {
namespace {

constexpr std::size_t kDigits = 6;
constexpr std::uint32_t kCodes = 1'000'000;

/// Each code is as likely as every other: numbers beyond the last whole million are drawn again.
std::string draw_code(Random& random) {
  constexpr std::uint32_t kEnd = UINT32_MAX / kCodes * kCodes;
  std::uint32_t number = kEnd;
  while (number >= kEnd) {
    std::array<std::uint8_t, 4> bytes{};
    random.fill(bytes);
    number = 0;
    for (const auto byte : bytes) number = number << 8U | byte;
  }
  return fmt::format("{:06}", number % kCodes);
}

std::string hash_code(const StepWork& work, std::string_view purpose, const SecretText& code) {
  const Exchange& exchange = work.exchange;
  // No part but the last can hold a line break.
  const SecretText input("code\n" + exchange.issuer.id() + "\n" + work.interaction.handle + "\n" +
                         std::string(purpose) + "\n" + code.reveal());
  return encode_base64url(
      crypto::hmac_sha256(as_bytes(exchange.context.config.master_key.reveal()), as_bytes(input.reveal())));
}

}  // namespace

workflow::Field make_code_field(const workflow::Facts& facts) {
  return {.name = "code",
          .type = workflow::FieldType::Text,
          .label = text(facts, Text::CodeLabel),
          .autocomplete = "one-time-code",
          .required = true,
          .max_length = 2 * kDigits,
          .min_length = kDigits,
          .kind = "number"};
}

SecretText find_typed_code(const workflow::Submission& submission) {
  std::string digits(submission.field("code"));
  if (digits.size() > 2 * kDigits) return {};
  std::erase_if(digits, [](char c) { return c == ' ' || c == '-'; });
  const bool is_code =
      digits.size() == kDigits && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  return is_code ? SecretText(std::move(digits)) : SecretText();
}

workflow::Problem make_enter_code_problem(const workflow::Facts& facts) {
  return {.type = "invalid_input", .text = text(facts, Text::EnterCode), .fields = {"code"}};
}

NewCode make_code(const StepWork& work, std::string_view purpose) {
  const Exchange& exchange = work.exchange;
  NewCode made{.code = SecretText(draw_code(exchange.context.random)), .kept = {}};
  made.kept = {{"hash", hash_code(work, purpose, made.code)},
               {"sent_at", to_unix_millis(exchange.now)},
               {"expires_at", to_unix_millis(exchange.now + kCodeLifetime)}};
  return made;
}

bool is_code(const StepWork& work, const json::object& kept, std::string_view purpose, const SecretText& code) {
  const std::string expected = hash_code(work, purpose, code);
  const bool is_equal = equal_in_constant_time(as_bytes(peek_string(kept, "hash")), as_bytes(expected));
  const bool is_fresh = work.exchange.now < from_unix_millis(fact::integer(kept, "expires_at"));
  return is_equal && is_fresh && !code.empty();
}

Duration resend_wait(const workflow::Facts& facts, const json::object& kept) {
  if (!kept.contains("sent_at")) return {};
  const Instant until = from_unix_millis(fact::integer(kept, "sent_at")) + kResendPause;
  return std::max(until - from_unix_millis(fact::integer(facts, fact::kNow)), Duration{});
}

workflow::Problem make_resend_problem(const workflow::Facts& facts, Duration wait) {
  return {.type = "too_many_attempts",
          .text = text(facts, Text::ResendWait, {describe_duration(facts, std::chrono::ceil<seconds>(wait))}),
          .retry_after = wait};
}

Task<Result<bool>> count_code(StepWork& work, std::string subject, std::int64_t limit) {
  const Exchange& exchange = work.exchange;
  const store::LoginFailures& counts = exchange.context.store.login_failures;
  const Digest256 counted = message_subject(exchange.context.config.master_key, exchange.issuer.id(), subject);
  // One that is not sent is not counted: who keeps asking need not wait longer for it.
  CO_TRY_ASSIGN(const auto before, co_await counts.find(counted, exchange.now));
  if (before && before->failures >= limit) co_return false;
  CO_TRY_ASSIGN(const auto count, co_await counts.count_failure(counted, exchange.now, hours{1}));
  co_return count <= limit;
}

std::string mask_mail_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return "***";
  return std::string(address.substr(0, 1)) + "***" + std::string(address.substr(at));
}

std::string mask_phone_number(std::string_view number) {
  constexpr std::size_t kShown = 5;  // three in front, two at the end
  if (number.size() <= kShown) return "***";
  return std::string(number.substr(0, 3)) + std::string(number.size() - kShown, '*') +
         std::string(number.substr(number.size() - 2));
}

}  // namespace signet::server::authn
