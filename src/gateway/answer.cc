#include "gateway/answer.h"

#include <cctype>

#include "oauth/core_rfc6749.h"
#include "verify/problem.h"

namespace signet::gateway {
namespace {

bool is_unchecked(const verify::Refusal& refusal) {
  return refusal.error.cause() == Cause::Unavailable;
}

int status_of(const verify::Refusal& refusal, ServerFault fault) {
  if (!is_unchecked(refusal)) return refusal.status;
  switch (fault) {
    case ServerFault::BadAnswer:
      return 502;
    case ServerFault::Timeout:
      return 504;
    case ServerFault::None:
    case ServerFault::Unavailable:
      break;
  }
  return 503;
}

}  // namespace

ServerFault fault_of_status(int status) {
  if (status == 200 || status == 204) return ServerFault::None;
  if (status == 503 || status == 429) return ServerFault::Unavailable;
  if (status == 504 || status == 408) return ServerFault::Timeout;
  return ServerFault::BadAnswer;
}

http::Response make_answer(const verify::Refusal& refusal, ServerFault fault) {
  http::Response response;
  response.status = status_of(refusal, fault);
  response.body = verify::render_problem(response.status, refusal.error);
  response.fields.add("Content-Type", verify::kProblemMediaType);
  response.fields.add("Cache-Control", "no-store");
  if (response.status >= 500) {
    if (response.status == 503) response.fields.add("Retry-After", "1");
    return response;
  }
  for (const auto& challenge : refusal.www_authenticate) response.fields.add("WWW-Authenticate", challenge);
  if (refusal.new_dpop_nonce) response.fields.add("DPoP-Nonce", *refusal.new_dpop_nonce);
  return response;
}

std::string_view reason_of(const verify::Refusal& refusal, ServerFault fault) {
  if (!is_unchecked(refusal)) return oauth::wire_error(refusal.error.code).error;
  switch (fault) {
    case ServerFault::BadAnswer:
      return "server_bad_answer";
    case ServerFault::Timeout:
      return "server_timeout";
    case ServerFault::Unavailable:
      return "server_unavailable";
    case ServerFault::None:
      break;
  }
  return "unavailable";
}

bool is_interaction_id(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_hyphen ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

std::string make_interaction_id(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string text = encode_hex(bytes);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace signet::gateway
