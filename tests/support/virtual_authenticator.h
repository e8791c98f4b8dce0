#pragma once
// A browser and its authenticator in software: it answers creation and request options with credential JSON, as
// `navigator.credentials` and `toJSON()` would, and can be told to misbehave. Links signet_crypto and signet_x509.
//
//   VirtualAuthenticator authenticator("bank.example", "https://bank.example");
//   std::string registration = authenticator.create(creation_options_public_key);
//   authenticator.user_verified = false;
//   std::string assertion = authenticator.get(request_options_public_key);

#include <array>
#include <functional>
#include <stdexcept>

#include "base/json.h"
#include "crypto/digest.h"
#include "crypto/ecdsa_signature.h"
#include "crypto/random.h"
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

  explicit AttestationAuthority(Instant now = from_unix_seconds(1'800'000'000))
      : now_(now), root_(issue(root_request(), nullptr)) {}

  /// What the certificate of a model with this AAGUID asks for; a test may change it before `issue`.
  [[nodiscard]] x509::CertificateRequest request(BytesView aaguid) const {
    x509::CertificateRequest request = root_request();
    request.common_name = "Virtual authenticator";
    request.organizational_unit = "Authenticator Attestation";
    request.is_ca = false;
    request.extensions = {{"1.3.6.1.4.1.45724.1.1.4", false, cbor::append({0x04, 0x10}, aaguid)}};
    return request;
  }
  [[nodiscard]] Holder issue(const x509::CertificateRequest& request) const { return issue(request, &root_); }
  [[nodiscard]] std::string pem() const { return x509::to_pem(root_.certificate); }
  [[nodiscard]] const Holder& root() const { return root_; }

 private:
  [[nodiscard]] x509::CertificateRequest root_request() const {
    x509::CertificateRequest request;
    request.common_name = "Virtual root";
    request.organization = "Signet tests";
    request.country = "CH";
    request.not_before = now_ - days{1};
    request.not_after = now_ + days{365};
    request.is_ca = true;
    return request;
  }
  static Holder issue(const x509::CertificateRequest& request, const Holder* issuer) {
    crypto::SystemRandom random;
    auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
    auto certificate = x509::issue_certificate(request, key.public_key(), issuer == nullptr ? key : issuer->key,
                                               issuer == nullptr ? nullptr : &issuer->certificate, random);
    return {std::move(key), std::move(certificate).value()};
  }

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

  VirtualAuthenticator(std::string rp, std::string page) : rp_id(std::move(rp)), origin(std::move(page)) {}

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
  [[nodiscard]] std::string create(const json::object& options) {
    crypto::SystemRandom random;
    const auto& user = options.at("user").as_object();
    credentials.push_back({Bytes(32), decode_base64url(user.at("id").as_string()).value(),
                           crypto::PrivateKey::generate(algorithm).value(), algorithm});
    Credential& credential = credentials.back();
    random.fill(credential.id);
    const std::string client_data = make_client_data("webauthn.create", options);
    const Bytes data = make_authenticator_data(credential, true);
    Bytes statement = make_statement(credential, data, crypto::sha256(client_data));
    apply(edit_statement, statement);
    Bytes object = cbor::map({{cbor::text("fmt"), cbor::text(format())},
                              {cbor::text("attStmt"), statement},
                              {cbor::text("authData"), cbor::bytes(data)}});
    apply(edit_attestation_object, object);
    return render(credential, {{"clientDataJSON", encode_base64url(as_bytes(client_data))},
                               {"attestationObject", encode_base64url(object)},
                               {"authenticatorData", encode_base64url(data)},
                               {"publicKeyAlgorithm", cose_number(algorithm)},
                               {"transports", json::array{"internal", "hybrid"}}});
  }

  /// AuthenticationResponseJSON for PublicKeyCredentialRequestOptionsJSON, by the newest credential that they allow.
  [[nodiscard]] std::string get(const json::object& options) {
    Credential& credential = choose(options);
    credential.sign_count += sign_count_step;
    const std::string client_data = make_client_data("webauthn.get", options);
    const Bytes data = make_authenticator_data(credential, false);
    Bytes signature = sign(credential.key, credential.algorithm, cbor::append(data, crypto::sha256(client_data)));
    apply(edit_signature, signature);
    json::object response{{"clientDataJSON", encode_base64url(as_bytes(client_data))},
                          {"authenticatorData", encode_base64url(data)},
                          {"signature", encode_base64url(signature)}};
    if (gives_user_handle) response["userHandle"] = encode_base64url(credential.user_handle);
    return render(credential, std::move(response));
  }

  /// The COSE_Key of a public key.
  [[nodiscard]] static Bytes cose_key(const crypto::PublicKey& key, crypto::SignatureAlgorithm algorithm) {
    using cbor::bytes, cbor::integer;
    const Bytes alg = integer(cose_number(algorithm));
    if (const auto* point = std::get_if<crypto::EcPoint>(&key.parts())) {
      return cbor::map({{integer(1), integer(2)},
                        {integer(3), alg},
                        {integer(-1), integer(1)},
                        {integer(-2), bytes(point->x)},
                        {integer(-3), bytes(point->y)}});
    }
    if (const auto* point = std::get_if<crypto::Ed25519Point>(&key.parts())) {
      return cbor::map(
          {{integer(1), integer(1)}, {integer(3), alg}, {integer(-1), integer(6)}, {integer(-2), bytes(point->x)}});
    }
    const auto& numbers = std::get<crypto::RsaNumbers>(key.parts());
    return cbor::map({{integer(1), integer(3)},
                      {integer(3), alg},
                      {integer(-1), bytes(numbers.n)},
                      {integer(-2), bytes(numbers.e)}});
  }

  [[nodiscard]] static std::int64_t cose_number(crypto::SignatureAlgorithm algorithm) {
    if (algorithm == crypto::SignatureAlgorithm::ES256) return -7;
    if (algorithm == crypto::SignatureAlgorithm::EdDSA) return -8;
    if (algorithm == crypto::SignatureAlgorithm::RS256) return -257;
    throw std::logic_error("no COSE number for this algorithm");
  }

 private:
  template <class T>
  static void apply(const std::function<void(T&)>& edit, T& value) {
    if (edit) edit(value);
  }

  /// Signatures of ECDSA are DER here, unlike those of JOSE.
  static Bytes sign(const crypto::PrivateKey& key, crypto::SignatureAlgorithm algorithm, BytesView message) {
    Bytes raw = key.sign(algorithm, message).value();
    if (algorithm != crypto::SignatureAlgorithm::ES256) return raw;
    const auto der = crypto::der_from_raw_signature(raw);
    return {der.bytes.begin(), der.bytes.begin() + static_cast<std::ptrdiff_t>(der.size)};
  }

  [[nodiscard]] std::string make_client_data(std::string_view type, const json::object& options) const {
    json::object data{
        {"type", type}, {"challenge", options.at("challenge")}, {"origin", origin}, {"crossOrigin", false}};
    apply(edit_client_data, data);
    return render_json(data);
  }

  [[nodiscard]] Bytes make_authenticator_data(const Credential& credential, bool attested) const {
    const unsigned flags = (user_present ? 0x01U : 0U) | (user_verified ? 0x04U : 0U) | (backup_eligible ? 0x08U : 0U) |
                           (backup_state ? 0x10U : 0U) | (attested ? 0x40U : 0U) | (extensions.empty() ? 0U : 0x80U);
    const Digest256 rp_id_hash = crypto::sha256(rp_id);
    Bytes data(rp_id_hash.begin(), rp_id_hash.end());
    data.push_back(static_cast<std::uint8_t>(flags));
    for (const int shift : {24, 16, 8, 0}) data.push_back(static_cast<std::uint8_t>(credential.sign_count >> shift));
    if (attested) {
      data = cbor::append(std::move(data), aaguid);
      data.push_back(static_cast<std::uint8_t>(credential.id.size() >> 8));
      data.push_back(static_cast<std::uint8_t>(credential.id.size()));
      data = cbor::append(std::move(data), credential.id);
      Bytes key = cose_key(credential.key.public_key(), credential.algorithm);
      apply(edit_public_key, key);
      data = cbor::append(std::move(data), key);
    }
    data = cbor::append(std::move(data), extensions);
    apply(edit_authenticator_data, data);
    return data;
  }

  [[nodiscard]] std::string_view format() const {
    if (attestation == Attestation::None) return "none";
    return attestation == Attestation::FidoU2f ? "fido-u2f" : "packed";
  }

  /// What a U2F device signs. Spec: WEBAUTHN-8.6
  static Bytes u2f_message(const Credential& credential, const Bytes& data, const Digest256& client_data_hash) {
    const auto& point = std::get<crypto::EcPoint>(credential.key.public_key().parts());
    Bytes message = cbor::append({0x00}, BytesView(data).first(32));
    message = cbor::append(std::move(message), client_data_hash);
    message = cbor::append(std::move(message), credential.id);
    message.push_back(0x04);
    return cbor::append(cbor::append(std::move(message), point.x), point.y);
  }

  [[nodiscard]] Bytes make_statement(const Credential& credential, const Bytes& data, const Digest256& hash) const {
    using enum crypto::SignatureAlgorithm;
    if (attestation == Attestation::None) return cbor::map({});
    const bool self = attestation == Attestation::PackedSelf;
    const auto used = self ? credential.algorithm : ES256;
    const Bytes message =
        attestation == Attestation::FidoU2f ? u2f_message(credential, data, hash) : cbor::append(data, hash);
    Bytes signature = sign(self ? credential.key : attester->key, used, message);
    apply(edit_signature, signature);
    std::vector<std::pair<Bytes, Bytes>> entries;
    if (attestation != Attestation::FidoU2f) entries.emplace_back(cbor::text("alg"), cbor::integer(cose_number(used)));
    entries.emplace_back(cbor::text("sig"), cbor::bytes(signature));
    if (!self) {
      std::vector<Bytes> x5c{cbor::bytes(attester->certificate.der())};
      for (const auto& certificate : intermediates) x5c.push_back(cbor::bytes(certificate));
      entries.emplace_back(cbor::text("x5c"), cbor::array(x5c));
    }
    return cbor::map(entries);
  }

  Credential& choose(const json::object& options) {
    const auto* allowed = options.if_contains("allowCredentials");
    const bool any = allowed == nullptr || allowed->as_array().empty();
    for (auto it = credentials.rbegin(); it != credentials.rend(); ++it) {
      const auto has_id = [&](const json::value& item) {
        return item.at("id").as_string() == encode_base64url(it->id);
      };
      if (any || std::ranges::any_of(allowed->as_array(), has_id)) return *it;
    }
    throw std::logic_error("the authenticator has no credential that is allowed");
  }

  [[nodiscard]] std::string render(const Credential& credential, json::object response) const {
    const std::string id = encode_base64url(credential.id);
    json::object object{{"id", id},
                        {"rawId", id},
                        {"type", "public-key"},
                        {"response", std::move(response)},
                        {"authenticatorAttachment", "platform"},
                        {"clientExtensionResults", json::object{{"credProps", json::object{{"rk", true}}}}}};
    apply(edit_credential, object);
    return render_json(object);
  }
};

}  // namespace signet::test
