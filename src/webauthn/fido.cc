#include "webauthn/fido.h"

#include <fido.h>

#include <algorithm>
#include <memory>

namespace signet::webauthn::fido {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* handle) const {
    Free(&handle);
  }
};

using Cred = std::unique_ptr<fido_cred_t, Deleter<fido_cred_free>>;

Result<void> require(int code, ErrorCode error, PublicText public_text,
                     std::source_location where = std::source_location::current()) {
  if (code == FIDO_OK) return {};
  return fail(error, public_text, fido_strerr(code), where);
}

Result<void> require_readable(int code, std::source_location where = std::source_location::current()) {
  return require(code, ErrorCode::Malformed, "The answer of the authenticator cannot be read.", where);
}

/// libfido2 verifies only when it was told to expect exactly the extensions that came. Authenticators and clients add
/// some that nobody asked for (credProtect above all), and they are no reason to refuse (WEBAUTHN-7.1-28): so it is
/// told.
Result<void> expect_extensions(fido_cred_t* credential, const AuthenticatorData& data) {
  if (data.extensions.empty()) return {};
  TRY_ASSIGN(const CborDocument document, CborDocument::parse(data.extensions));
  const CborItem map = document.root();
  const auto is_true = [&](std::string_view name) {
    const auto item = map.find(name);
    return item && item->boolean() == true;
  };
  const auto number = [&](std::string_view name) {
    const auto item = map.find(name);
    return static_cast<int>(std::clamp<std::int64_t>(item ? item->integer().value_or(0) : 0, 0, 255));
  };
  const int mask = (is_true("hmac-secret") ? FIDO_EXT_HMAC_SECRET : 0) | (is_true("credBlob") ? FIDO_EXT_CRED_BLOB : 0);
  TRY(require_readable(fido_cred_set_extensions(credential, mask)));
  TRY(require_readable(fido_cred_set_prot(credential, number("credProtect"))));
  return require_readable(fido_cred_set_pin_minlen(credential, static_cast<std::size_t>(number("minPinLength"))));
}

}  // namespace

Result<void> verify_attestation(const std::string& rp_id, CoseAlgorithm credential_algorithm,
                                const AttestationObject& object, const Digest256& client_data_hash, Signer signer) {
  const Cred credential(fido_cred_new());
  if (credential == nullptr) return fail(ErrorCode::Unavailable, "The attestation cannot be verified now.");
  auto* const it = credential.get();
  const Bytes statement = object.statement.serialize();
  TRY(require_readable(fido_cred_set_type(it, static_cast<int>(credential_algorithm))));
  TRY(require_readable(fido_cred_set_fmt(it, object.fmt.c_str())));
  TRY(require_readable(fido_cred_set_rp(it, rp_id.c_str(), nullptr)));
  TRY(require_readable(fido_cred_set_clientdata_hash(it, client_data_hash.data(), client_data_hash.size())));
  TRY(require_readable(
      fido_cred_set_authdata_raw(it, object.raw_authenticator_data.data(), object.raw_authenticator_data.size())));
  TRY(require_readable(fido_cred_set_attstmt(it, statement.data(), statement.size())));
  TRY(expect_extensions(it, object.authenticator_data));
  const int verdict = signer == Signer::Credential ? fido_cred_verify_self(it) : fido_cred_verify(it);
  return require(verdict, ErrorCode::BadSignature, "The signature of the attestation statement is wrong.");
}

}  // namespace signet::webauthn::fido
