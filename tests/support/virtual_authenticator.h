#pragma once
// A browser and its authenticator in software: it answers creation and request options with credential JSON, as
// `navigator.credentials` and `toJSON()` would, and can be told to misbehave.
//
//   VirtualAuthenticator authenticator("bank.example", "https://bank.example");
//   std::string registration = authenticator.create(creation_options_public_key);
//   authenticator.user_verified = false;
//   std::string assertion = authenticator.get(request_options_public_key);

#include <array>
#include <functional>

#include "base/json.h"
#include "crypto/digest.h"
#include "support/cbor.h"
#include "x509/issue.h"

namespace signet::test {

/// The maker of authenticators: a root certificate, and attestation certificates as WebAuthn 8.2.1 wants them.
class AttestationAuthority {
 public:
  struct Holder {
    crypto::PrivateKey key;
    x509::Certificate certificate;
  };

  explicit AttestationAuthority(Instant now = from_unix_seconds(1'800'000'000));

  /// What the certificate of a model with this AAGUID asks for; a test may change it before `issue`.
  [[nodiscard]] x509::CertificateRequest request(BytesView aaguid) const;
  [[nodiscard]] Holder issue(const x509::CertificateRequest& request) const;
  [[nodiscard]] std::string pem() const { return x509::to_pem(root_.certificate); }
  [[nodiscard]] const Holder& root() const { return root_; }

 private:
  [[nodiscard]] x509::CertificateRequest root_request() const;

  Instant now_;
  Holder root_;
};

enum class Attestation { None, PackedSelf, PackedBasic, FidoU2f };

class VirtualAuthenticator {
 public:
  struct Credential {
    Bytes id;
    Bytes user_handle;
    crypto::PrivateKey key;
    crypto::SignatureAlgorithm algorithm;
    std::uint32_t sign_count = 0;
  };

  VirtualAuthenticator(std::string rp, std::string page);
  VirtualAuthenticator(const VirtualAuthenticator&) = delete;
  VirtualAuthenticator& operator=(const VirtualAuthenticator&) = delete;
  ~VirtualAuthenticator();

  // How it behaves; change between ceremonies.
  std::string rp_id;   ///< the one it signs for, whatever the options say
  std::string origin;  ///< of the page
  crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::ES256;
  Attestation attestation = Attestation::None;
  std::array<std::uint8_t, 16> aaguid{0x51, 0x67, 0x6e, 0x65, 0x74};
  const AttestationAuthority::Holder* attester = nullptr;  ///< for PackedBasic and FidoU2f
  std::vector<Bytes> intermediates;                        ///< in x5c after the attester's certificate
  bool user_present = true;
  bool user_verified = true;
  bool backup_eligible = false;
  bool backup_state = false;
  bool gives_user_handle = true;
  std::uint32_t sign_count_step = 1;  ///< 0: a counter that does not grow
  Bytes extensions;                   ///< a CBOR map to put into the authenticator data

  // What it changes on the way: before anything is signed, or after.
  std::function<void(json::object&)> edit_client_data = nullptr;
  std::function<void(Bytes&)> edit_public_key = nullptr;          ///< the COSE_Key in the authenticator data
  std::function<void(Bytes&)> edit_authenticator_data = nullptr;  ///< before it is signed
  std::function<void(Bytes&)> edit_signature = nullptr;           ///< of an assertion or of an attestation
  std::function<void(Bytes&)> edit_statement = nullptr;           ///< attStmt
  std::function<void(Bytes&)> edit_attestation_object = nullptr;
  std::function<void(json::object&)> edit_credential = nullptr;  ///< the JSON that the page sends

  std::vector<Credential> credentials;

  /// RegistrationResponseJSON for PublicKeyCredentialCreationOptionsJSON.
  [[nodiscard]] std::string create(const json::object& options);
  /// AuthenticationResponseJSON for PublicKeyCredentialRequestOptionsJSON, by the newest credential that they allow.
  [[nodiscard]] std::string get(const json::object& options);

  /// The COSE_Key of a public key.
  [[nodiscard]] static Bytes cose_key(const crypto::PublicKey& key, crypto::SignatureAlgorithm algorithm);
  [[nodiscard]] static std::int64_t cose_number(crypto::SignatureAlgorithm algorithm);

 private:
  [[nodiscard]] std::string make_client_data(std::string_view type, const json::object& options) const;
  [[nodiscard]] Bytes make_authenticator_data(const Credential& credential, bool attested) const;
  [[nodiscard]] std::string_view format() const;
  /// What a U2F device signs. Spec: WEBAUTHN-8.6
  static Bytes u2f_message(const Credential& credential, const Bytes& data, const Digest256& client_data_hash);
  [[nodiscard]] Bytes make_statement(const Credential& credential, const Bytes& data, const Digest256& hash) const;
  Credential& choose(const json::object& options);
  [[nodiscard]] std::string render(const Credential& credential, json::object response) const;
};

}  // namespace signet::test
