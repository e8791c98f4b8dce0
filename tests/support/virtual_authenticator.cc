#include "support/virtual_authenticator.h"

#include <stdexcept>

#include "crypto/ecdsa_signature.h"
#include "crypto/random.h"

namespace signet::test {
namespace {

AttestationAuthority::Holder issue_by(const x509::CertificateRequest& request,
                                      const AttestationAuthority::Holder* issuer) {
  crypto::SystemRandom random;
  auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  auto certificate = x509::issue_certificate(request, key.public_key(), issuer == nullptr ? key : issuer->key,
                                             issuer == nullptr ? nullptr : &issuer->certificate, random);
  return {std::move(key), std::move(certificate).value()};
}

template <class T>
void change(const std::function<void(T&)>& edit, T& value) {
  if (edit) edit(value);
}

/// Signatures of ECDSA are DER here, unlike those of JOSE.
Bytes sign(const crypto::PrivateKey& key, crypto::SignatureAlgorithm algorithm, BytesView message) {
  Bytes raw = key.sign(algorithm, message).value();
  if (algorithm != crypto::SignatureAlgorithm::ES256) return raw;
  const auto der = crypto::der_from_raw_signature(raw);
  return {der.bytes.begin(), der.bytes.begin() + static_cast<std::ptrdiff_t>(der.size)};
}

}  // namespace

AttestationAuthority::AttestationAuthority(Instant now) : now_(now), root_(issue_by(root_request(), nullptr)) {}

x509::CertificateRequest AttestationAuthority::request(BytesView aaguid) const {
  x509::CertificateRequest request = root_request();
  request.common_name = "Virtual authenticator";
  request.organizational_unit = "Authenticator Attestation";
  request.is_ca = false;
  request.extensions = {{"1.3.6.1.4.1.45724.1.1.4", false, cbor::append({0x04, 0x10}, aaguid)}};
  return request;
}

AttestationAuthority::Holder AttestationAuthority::issue(const x509::CertificateRequest& request) const {
  return issue_by(request, &root_);
}

x509::CertificateRequest AttestationAuthority::root_request() const {
  x509::CertificateRequest request;
  request.common_name = "Virtual root";
  request.organization = "Signet tests";
  request.country = "CH";
  request.not_before = now_ - days{1};
  request.not_after = now_ + days{365};
  request.is_ca = true;
  return request;
}

VirtualAuthenticator::VirtualAuthenticator(std::string rp, std::string page)
    : rp_id(std::move(rp)), origin(std::move(page)) {}

VirtualAuthenticator::~VirtualAuthenticator() = default;

std::string VirtualAuthenticator::create(const json::object& options) {
  crypto::SystemRandom random;
  const auto& user = options.at("user").as_object();
  credentials.push_back({Bytes(32), decode_base64url(user.at("id").as_string()).value(),
                         crypto::PrivateKey::generate(algorithm).value(), algorithm});
  Credential& credential = credentials.back();
  random.fill(credential.id);
  const std::string client_data = make_client_data("webauthn.create", options);
  const Bytes data = make_authenticator_data(credential, true);
  Bytes statement = make_statement(credential, data, crypto::sha256(client_data));
  change(edit_statement, statement);
  Bytes object = cbor::map({{cbor::text("fmt"), cbor::text(format())},
                            {cbor::text("attStmt"), statement},
                            {cbor::text("authData"), cbor::bytes(data)}});
  change(edit_attestation_object, object);
  return render(credential, {{"clientDataJSON", encode_base64url(as_bytes(client_data))},
                             {"attestationObject", encode_base64url(object)},
                             {"authenticatorData", encode_base64url(data)},
                             {"publicKeyAlgorithm", cose_number(algorithm)},
                             {"transports", json::array{"internal", "hybrid"}}});
}

std::string VirtualAuthenticator::get(const json::object& options) {
  Credential& credential = choose(options);
  credential.sign_count += sign_count_step;
  const std::string client_data = make_client_data("webauthn.get", options);
  const Bytes data = make_authenticator_data(credential, false);
  Bytes signature = sign(credential.key, credential.algorithm, cbor::append(data, crypto::sha256(client_data)));
  change(edit_signature, signature);
  json::object response{{"clientDataJSON", encode_base64url(as_bytes(client_data))},
                        {"authenticatorData", encode_base64url(data)},
                        {"signature", encode_base64url(signature)}};
  if (gives_user_handle) response["userHandle"] = encode_base64url(credential.user_handle);
  return render(credential, std::move(response));
}

Bytes VirtualAuthenticator::cose_key(const crypto::PublicKey& key, crypto::SignatureAlgorithm algorithm) {
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
  return cbor::map(
      {{integer(1), integer(3)}, {integer(3), alg}, {integer(-1), bytes(numbers.n)}, {integer(-2), bytes(numbers.e)}});
}

std::int64_t VirtualAuthenticator::cose_number(crypto::SignatureAlgorithm algorithm) {
  if (algorithm == crypto::SignatureAlgorithm::ES256) return -7;
  if (algorithm == crypto::SignatureAlgorithm::EdDSA) return -8;
  if (algorithm == crypto::SignatureAlgorithm::RS256) return -257;
  throw std::logic_error("no COSE number for this algorithm");
}

std::string VirtualAuthenticator::make_client_data(std::string_view type, const json::object& options) const {
  json::object data{{"type", type}, {"challenge", options.at("challenge")}, {"origin", origin}, {"crossOrigin", false}};
  change(edit_client_data, data);
  return render_json(data);
}

Bytes VirtualAuthenticator::make_authenticator_data(const Credential& credential, bool attested) const {
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
    change(edit_public_key, key);
    data = cbor::append(std::move(data), key);
  }
  data = cbor::append(std::move(data), extensions);
  change(edit_authenticator_data, data);
  return data;
}

std::string_view VirtualAuthenticator::format() const {
  if (attestation == Attestation::None) return "none";
  return attestation == Attestation::FidoU2f ? "fido-u2f" : "packed";
}

Bytes VirtualAuthenticator::u2f_message(const Credential& credential, const Bytes& data,
                                        const Digest256& client_data_hash) {
  const auto& point = std::get<crypto::EcPoint>(credential.key.public_key().parts());
  Bytes message = cbor::append({0x00}, BytesView(data).first(32));
  message = cbor::append(std::move(message), client_data_hash);
  message = cbor::append(std::move(message), credential.id);
  message.push_back(0x04);
  return cbor::append(cbor::append(std::move(message), point.x), point.y);
}

Bytes VirtualAuthenticator::make_statement(const Credential& credential, const Bytes& data,
                                           const Digest256& hash) const {
  using enum crypto::SignatureAlgorithm;
  if (attestation == Attestation::None) return cbor::map({});
  const bool self = attestation == Attestation::PackedSelf;
  const auto used = self ? credential.algorithm : ES256;
  const Bytes message =
      attestation == Attestation::FidoU2f ? u2f_message(credential, data, hash) : cbor::append(data, hash);
  Bytes signature = sign(self ? credential.key : attester->key, used, message);
  change(edit_signature, signature);
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

VirtualAuthenticator::Credential& VirtualAuthenticator::choose(const json::object& options) {
  const auto* allowed = options.if_contains("allowCredentials");
  const bool any = allowed == nullptr || allowed->as_array().empty();
  for (auto it = credentials.rbegin(); it != credentials.rend(); ++it) {
    const auto has_id = [&](const json::value& item) { return item.at("id").as_string() == encode_base64url(it->id); };
    if (any || std::ranges::any_of(allowed->as_array(), has_id)) return *it;
  }
  throw std::logic_error("the authenticator has no credential that is allowed");
}

std::string VirtualAuthenticator::render(const Credential& credential, json::object response) const {
  const std::string id = encode_base64url(credential.id);
  json::object object{{"id", id},
                      {"rawId", id},
                      {"type", "public-key"},
                      {"response", std::move(response)},
                      {"authenticatorAttachment", "platform"},
                      {"clientExtensionResults", json::object{{"credProps", json::object{{"rk", true}}}}}};
  change(edit_credential, object);
  return render_json(object);
}

}  // namespace signet::test
