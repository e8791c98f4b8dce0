#include "webauthn/client_data.h"

#include "base/json.h"
#include "base/text.h"

namespace signet::webauthn {
namespace {

constexpr JsonLimits kLimits{.bytes = 4 * 1024, .depth = 4};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Result<std::string> read_required(const json::object& object, std::string_view name) {
  TRY_ASSIGN(auto value, find_string(object, name));
  if (!value) return fail(ErrorCode::Malformed, "clientDataJSON must have type, challenge and origin.");
  return *std::move(value);
}

}  // namespace

Result<ClientData> parse_client_data(BytesView client_data_json) {
  std::string_view text = as_text(client_data_json);
  // WEBAUTHN-7.1-5 WEBAUTHN-7.2-8: UTF-8 decode takes one mark away, and JSON text is UTF-8
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  auto object = parse_json_object(text, kLimits);
  if (!object) {
    const auto code = object.error().code;
    return fail_as(std::move(object).error(), code, "clientDataJSON is not an acceptable JSON object.");
  }
  ClientData data;
  TRY_ASSIGN(data.type, read_required(*object, "type"));
  TRY_ASSIGN(data.challenge, read_required(*object, "challenge"));
  TRY_ASSIGN(data.origin, read_required(*object, "origin"));
  TRY_ASSIGN(const auto cross_origin, find_bool(*object, "crossOrigin"));
  data.cross_origin = cross_origin.value_or(false);
  TRY_ASSIGN(data.top_origin, find_string(*object, "topOrigin"));
  return data;
}

Result<void> check_client_data(const ClientData& client_data, std::string_view type, const RelyingParty& relying_party,
                               BytesView challenge) {
  constexpr auto kCode = ErrorCode::InvalidRequest;
  if (client_data.type != type) {  // WEBAUTHN-7.1-7 WEBAUTHN-7.2-10
    return fail(kCode, "The type of clientDataJSON is that of another ceremony.");
  }
  const std::string expected = encode_base64url(challenge);
  if (expected.empty() || !equal_in_constant_time(as_bytes(client_data.challenge), as_bytes(expected))) {
    return fail(kCode,
                "The challenge of clientDataJSON is not the one that was sent.");  // WEBAUTHN-7.1-8 WEBAUTHN-7.2-11
  }
  if (!contains(relying_party.origins, client_data.origin)) {  // WEBAUTHN-7.1-9 WEBAUTHN-7.2-12
    return fail(kCode, "The origin of clientDataJSON is not one of the relying party.");
  }
  if (client_data.cross_origin) {  // WEBAUTHN-7.1-10 WEBAUTHN-7.2-13
    return fail(kCode, "The crossOrigin of clientDataJSON must not be true.");
  }
  if (client_data.top_origin) {  // WEBAUTHN-7.1-11 WEBAUTHN-7.2-14
    return fail(kCode, "clientDataJSON must not have a topOrigin.");
  }
  return {};
}

}  // namespace signet::webauthn
