#include "webauthn/options.h"

namespace signet::webauthn {
namespace {

constexpr std::string_view kPublicKey = "public-key";

std::string_view name_of(ResidentKey value) {
  switch (value) {
    case ResidentKey::Required:
      return "required";
    case ResidentKey::Discouraged:
      return "discouraged";
    case ResidentKey::Preferred:
      break;
  }
  return "preferred";
}

json::array render_descriptors(const std::vector<CredentialDescriptor>& credentials) {
  json::array list;
  for (const auto& credential : credentials) {
    json::object descriptor{{"type", kPublicKey}, {"id", encode_base64url(credential.id)}};
    if (!credential.transports.empty()) descriptor["transports"] = to_json(credential.transports);
    list.push_back(std::move(descriptor));
  }
  return list;
}

json::array render_parameters(const std::vector<CoseAlgorithm>& algorithms) {
  json::array list;
  for (const auto algorithm : algorithms) {
    list.push_back(json::object{{"type", kPublicKey}, {"alg", static_cast<std::int64_t>(algorithm)}});
  }
  return list;
}

json::object render_selection(const CreationOptions& options) {
  json::object selection{{"residentKey", name_of(options.resident_key)},
                         {"requireResidentKey", options.resident_key == ResidentKey::Required},
                         {"userVerification", name_of(options.user_verification)}};
  if (!options.authenticator_attachment.empty()) {
    selection["authenticatorAttachment"] = options.authenticator_attachment;
  }
  return selection;
}

}  // namespace

std::string_view name_of(UserVerification verification) {
  switch (verification) {
    case UserVerification::Required:
      return "required";
    case UserVerification::Discouraged:
      return "discouraged";
    case UserVerification::Preferred:
      break;
  }
  return "preferred";
}

json::object render_creation_options(const CreationOptions& options) {
  const UserEntity& user = options.user;
  return {
      {"rp", json::object{{"id", options.rp_id}, {"name", options.rp_name}}},
      {"user",
       json::object{{"id", encode_base64url(user.id)}, {"name", user.name}, {"displayName", user.display_name}}},
      {"challenge", encode_base64url(options.challenge)},  // WEBAUTHN-5.4
      {"pubKeyCredParams", render_parameters(options.algorithms)},
      {"timeout", options.timeout.count()},
      {"excludeCredentials", render_descriptors(options.exclude_credentials)},
      {"authenticatorSelection", render_selection(options)},
      {"attestation", options.attestation == AttestationConveyance::Direct ? "direct" : "none"},
      {"extensions", json::object{{"credProps", true}}},
  };
}

json::object render_request_options(const RequestOptions& options) {
  return {
      {"challenge", encode_base64url(options.challenge)},  // WEBAUTHN-5.5
      {"timeout", options.timeout.count()},
      {"rpId", options.rp_id},
      {"allowCredentials", render_descriptors(options.allow_credentials)},
      {"userVerification", name_of(options.user_verification)},
  };
}

}  // namespace signet::webauthn
