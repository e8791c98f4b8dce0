#include "webauthn/fido.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

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

using Assert = std::unique_ptr<fido_assert_t, Deleter<fido_assert_free>>;
using Cred = std::unique_ptr<fido_cred_t, Deleter<fido_cred_free>>;
using Es256 = std::unique_ptr<es256_pk_t, Deleter<es256_pk_free>>;
using Eddsa = std::unique_ptr<eddsa_pk_t, Deleter<eddsa_pk_free>>;
using Rs256 = std::unique_ptr<rs256_pk_t, Deleter<rs256_pk_free>>;

Result<void> require(int code, ErrorCode error, PublicText public_text,
                     std::source_location where = std::source_location::current()) {
  if (code == FIDO_OK) return {};
  return fail(error, public_text, fido_strerr(code), where);
}

Result<void> require_readable(int code, std::source_location where = std::source_location::current()) {
  return require(code, ErrorCode::Malformed, "The answer of the authenticator cannot be read.", where);
}

/// The numbers of a key, one after the other, as libfido2 takes them.
Bytes join_numbers(const CoseKey& key) {
  const auto& parts = key.key.parts();
  if (const auto* point = std::get_if<crypto::EcPoint>(&parts)) {
    Bytes out = point->x;
    out.insert(out.end(), point->y.begin(), point->y.end());
    return out;
  }
  if (const auto* point = std::get_if<crypto::Ed25519Point>(&parts)) return {point->x.begin(), point->x.end()};
  const auto& numbers = std::get<crypto::RsaNumbers>(parts);
  Bytes out = numbers.n;
  out.insert(out.end(), numbers.e.begin(), numbers.e.end());
  return out;
}

template <class Owner>
Result<void> verify_with(const fido_assert_t* assertion, int algorithm, Owner key,
                         int (*read)(typename Owner::element_type*, const void*, std::size_t), const Bytes& numbers) {
  TRY(require_readable(read(key.get(), numbers.data(), numbers.size())));
  return require(fido_assert_verify(assertion, 0, algorithm, key.get()), ErrorCode::BadSignature,
                 "The signature of the assertion is wrong.");
}

Result<void> verify_by_key(const fido_assert_t* assertion, const CoseKey& key) {
  const Bytes numbers = join_numbers(key);
  switch (key.algorithm) {
    case CoseAlgorithm::ES256:
      return verify_with(assertion, COSE_ES256, Es256(es256_pk_new()), es256_pk_from_ptr, numbers);
    case CoseAlgorithm::EdDSA:
      return verify_with(assertion, COSE_EDDSA, Eddsa(eddsa_pk_new()), eddsa_pk_from_ptr, numbers);
    case CoseAlgorithm::RS256:
      break;
  }
  return verify_with(assertion, COSE_RS256, Rs256(rs256_pk_new()), rs256_pk_from_ptr, numbers);
}

/// libfido2 verifies only when it was told to expect exactly the extensions that came. Authenticators and clients add
/// some that nobody asked for (credProtect above all), and they are no reason to refuse (WEBAUTHN-7.1-28
/// WEBAUTHN-7.2-23): so it is told.
Result<void> expect_extensions(fido_assert_t* assertion, const AuthenticatorData& data) {
  if (data.extensions.empty()) return {};
  TRY_ASSIGN(const CborDocument document, CborDocument::parse(data.extensions));
  const CborItem map = document.root();
  const int mask =
      (map.find("hmac-secret") ? FIDO_EXT_HMAC_SECRET : 0) | (map.find("credBlob") ? FIDO_EXT_CRED_BLOB : 0);
  return require_readable(fido_assert_set_extensions(assertion, mask));
}

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

Result<void> verify_assertion(const std::string& rp_id, const CoseKey& key, BytesView raw_authenticator_data,
                              const AuthenticatorData& data, const Digest256& client_data_hash, BytesView signature) {
  const Assert assertion(fido_assert_new());
  if (assertion == nullptr) return fail(ErrorCode::Unavailable, "The assertion cannot be verified now.");
  auto* const it = assertion.get();
  TRY(require_readable(fido_assert_set_count(it, 1)));
  TRY(require_readable(fido_assert_set_rp(it, rp_id.c_str())));
  TRY(require_readable(fido_assert_set_clientdata_hash(it, client_data_hash.data(), client_data_hash.size())));
  TRY(require_readable(
      fido_assert_set_authdata_raw(it, 0, raw_authenticator_data.data(), raw_authenticator_data.size())));
  TRY(require_readable(fido_assert_set_sig(it, 0, signature.data(), signature.size())));
  TRY(require_readable(fido_assert_set_up(it, FIDO_OPT_TRUE)));
  TRY(expect_extensions(it, data));
  return verify_by_key(it, key);
}

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
