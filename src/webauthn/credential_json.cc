#include "webauthn/credential_json.h"

#include <algorithm>

#include "base/text.h"
#include "webauthn/authenticator_data.h"

namespace signet::webauthn {
namespace {

constexpr JsonLimits kLimits{.bytes = 16 * 1024, .depth = 8};
constexpr std::size_t kMaximumTransports = 8;
constexpr std::size_t kMaximumTransportBytes = 32;
constexpr std::size_t kMaximumUserHandleBytes = 64;  ///< WEBAUTHN-5.4.3

std::unexpected<Error> malformed(PublicText public_text, std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::Malformed, public_text, {}, where);
}

/// The members that both answers have.
struct Credential {
  json::object object;
  Bytes id;
  json::object response;
};

Result<Credential> parse_credential(std::string_view text) {
  auto object = parse_json_object(text, kLimits);
  if (!object) {
    const auto code = object.error().code;
    return fail_as(std::move(object).error(), code, "The credential is not an acceptable JSON object.");
  }
  if (peek_string(*object, "type") != "public-key") return malformed("The type of the credential must be public-key.");
  const std::string_view id = peek_string(*object, "id");
  if (id.empty() || id != peek_string(*object, "rawId")) {  // WEBAUTHN-5.1: one identifier in two members
    return malformed("The id and the rawId of the credential must be the same.");
  }
  auto bytes = decode_base64url(id);
  if (!bytes || bytes->size() > kMaximumCredentialIdBytes) {
    return malformed("The id of the credential must be base64url of at most 1023 bytes.");
  }
  const auto* response = object->if_contains("response");
  if (response == nullptr || !response->is_object()) return malformed("The credential has no response.");
  json::object copy = response->get_object();
  return Credential{*std::move(object), *std::move(bytes), std::move(copy)};
}

Result<Bytes> read_base64url(const json::object& response, std::string_view name) {
  auto bytes = decode_base64url(peek_string(response, name));
  if (!bytes || bytes->empty()) {
    return fail(ErrorCode::Malformed, "A member of the response of the credential is missing or is not base64url.",
                std::string(name));
  }
  return bytes;
}

Result<std::vector<std::string>> read_transports(const json::object& response) {
  TRY_ASSIGN(auto transports, find_strings(response, "transports"));
  if (!transports) return std::vector<std::string>();
  const auto acceptable = [](const std::string& name) {
    return name.size() <= kMaximumTransportBytes && is_visible_ascii(name);
  };
  if (transports->size() > kMaximumTransports || !std::ranges::all_of(*transports, acceptable)) {
    return malformed("The transports of the credential are not a short list of short names.");
  }
  return *std::move(transports);
}

std::optional<bool> find_discoverable(const json::object& credential) {
  const auto* results = credential.if_contains("clientExtensionResults");
  const auto* properties =
      results != nullptr && results->is_object() ? results->get_object().if_contains("credProps") : nullptr;
  const auto* rk =
      properties != nullptr && properties->is_object() ? properties->get_object().if_contains("rk") : nullptr;
  if (rk == nullptr || !rk->is_bool()) return std::nullopt;
  return rk->get_bool();
}

/// Names of other attachments may come one day and are no reason to refuse.
std::string read_attachment(const json::object& credential) {
  const std::string_view name = peek_string(credential, "authenticatorAttachment");
  return name == "platform" || name == "cross-platform" ? std::string(name) : std::string();
}

Result<std::optional<Bytes>> read_user_handle(const json::object& response) {
  if (!response.contains("userHandle")) return std::optional<Bytes>();
  TRY_ASSIGN(Bytes handle, read_base64url(response, "userHandle"));
  if (handle.size() > kMaximumUserHandleBytes) return malformed("The userHandle must have 1 to 64 bytes.");
  return std::optional(std::move(handle));
}

}  // namespace

Result<RegistrationResponse> parse_registration_response(std::string_view credential_json) {
  TRY_ASSIGN(Credential credential, parse_credential(credential_json));
  RegistrationResponse response;
  // WEBAUTHN-5.1: authenticatorData and publicKey beside them are copies that nobody signed, and are not read
  TRY_ASSIGN(response.client_data_json, read_base64url(credential.response, "clientDataJSON"));
  TRY_ASSIGN(response.attestation_object, read_base64url(credential.response, "attestationObject"));
  TRY_ASSIGN(response.transports, read_transports(credential.response));
  response.credential_id = std::move(credential.id);
  response.authenticator_attachment = read_attachment(credential.object);
  response.discoverable = find_discoverable(credential.object);
  return response;
}

Result<ParsedAssertion> parse_assertion(std::string_view credential_json) {
  TRY_ASSIGN(Credential credential, parse_credential(credential_json));
  ParsedAssertion assertion;
  auto& material = assertion.signed_material;
  TRY_ASSIGN(material.client_data_json, read_base64url(credential.response, "clientDataJSON"));
  TRY_ASSIGN(material.authenticator_data, read_base64url(credential.response, "authenticatorData"));
  TRY_ASSIGN(material.signature, read_base64url(credential.response, "signature"));
  TRY_ASSIGN(assertion.user_handle, read_user_handle(credential.response));
  assertion.credential_id = std::move(credential.id);
  return assertion;
}

}  // namespace signet::webauthn
