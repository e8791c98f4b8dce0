#pragma once
// A question to the registered devices of an account. A login asks one, a payment can, and so can a request that came
// without a browser. Bombing somebody with questions until one is approved does not work: few are asked, and a device
// needs the number that stands where the question came from.

#include <optional>

#include "server/context.h"

namespace signet::server::authn {

/// Questions of ten minutes that nobody approves; another one is not asked.
inline constexpr std::int64_t kMostUnapprovedPushes = 3;
/// Wrong numbers that end a question.
inline constexpr std::int64_t kMostWrongNumbers = 3;

struct PushQuestion {
  std::string account_id;
  std::string purpose;  ///< "login" or "payment"
  json::object shown;   ///< what the device shows; exactly this text is hashed and signed
};

struct AskedPush {
  std::string challenge_id;
  std::string number;  ///< two digits to show where the question came from, and nowhere else
  Instant expires_at;
};

/// Asked, or how long to wait because nobody approves the questions to this account. Fails: Unavailable
[[nodiscard]] Task<Result<std::variant<AskedPush, Duration>>> ask_devices(Exchange& exchange, PushQuestion question);

/// What a person needs to know of who asks: the issuer, the client and its host, the browser, its address and country.
[[nodiscard]] json::object describe_asking(const Exchange& exchange, std::string_view client_name,
                                           std::string_view client_host);

}  // namespace signet::server::authn
