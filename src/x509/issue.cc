#include "x509/issue.h"

#include <openssl/pem.h>

#include "x509/openssl.h"

namespace signet::x509 {
namespace {

using openssl::X509Ptr;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, openssl::Deleter<X509_EXTENSION_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, openssl::Deleter<ASN1_OBJECT_free>>;
using OctetString = std::unique_ptr<ASN1_OCTET_STRING, openssl::Deleter<ASN1_OCTET_STRING_free>>;
using Key = std::unique_ptr<EVP_PKEY, openssl::Deleter<EVP_PKEY_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, openssl::Deleter<GENERAL_NAMES_free>>;

std::unexpected<Error> cannot_issue(std::source_location where = std::source_location::current()) {
  return openssl::refuse(ErrorCode::Malformed, "The certificate cannot be made.", where);
}

/// RFC5280-4.1.2.2: positive, at most 20 bytes; 159 random bits, so that nobody can foresee what will be signed.
bool set_serial(X509* certificate, Random& random) {
  std::array<std::uint8_t, 20> bytes{};
  random.fill(bytes);
  bytes[0] &= 0x7f;
  bytes[19] |= 1;
  const std::unique_ptr<BIGNUM, openssl::Deleter<BN_free>> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

/// OpenSSL refuses what is longer than its type allows (RFC5280-A.1).
bool add_name_part(X509_NAME* name, const char* type, const std::string& value) {
  return value.empty() ||
         X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool set_time(ASN1_TIME* field, Instant at) {
  return ASN1_TIME_adj(field, static_cast<time_t>(to_unix_seconds(at)), 0, 0) != nullptr;
}

/// An extension in OpenSSL's configuration syntax. Only literals of this file come here, never input.
bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_ia5_name(GENERAL_NAMES* names, int type, const std::string& value) {
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  GENERAL_NAME* name = GENERAL_NAME_new();
  const bool made =
      text != nullptr && name != nullptr && ASN1_STRING_set(text, value.data(), static_cast<int>(value.size())) == 1;
  if (!made || value.empty() || value.find('\0') != std::string::npos) {
    ASN1_IA5STRING_free(text);
    GENERAL_NAME_free(name);
    return false;
  }
  GENERAL_NAME_set0_value(name, type, text);
  if (sk_GENERAL_NAME_push(names, name) > 0) return true;
  GENERAL_NAME_free(name);
  return false;
}

bool add_ip_name(GENERAL_NAMES* names, const std::string& value) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(value.c_str());
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (address == nullptr || name == nullptr) {
    ASN1_OCTET_STRING_free(address);
    GENERAL_NAME_free(name);
    return false;
  }
  GENERAL_NAME_set0_value(name, GEN_IPADD, address);
  if (sk_GENERAL_NAME_push(names, name) > 0) return true;
  GENERAL_NAME_free(name);
  return false;
}

bool add_alternative_names(X509* certificate, const SubjectAlternativeNames& names) {
  const GeneralNames list(GENERAL_NAMES_new());
  bool done = list != nullptr;
  for (const auto& value : names.dns) done = done && add_ia5_name(list.get(), GEN_DNS, value);
  for (const auto& value : names.uri) done = done && add_ia5_name(list.get(), GEN_URI, value);
  for (const auto& value : names.email) done = done && add_ia5_name(list.get(), GEN_EMAIL, value);
  for (const auto& value : names.ip) done = done && add_ip_name(list.get(), value);
  if (!done || sk_GENERAL_NAME_num(list.get()) == 0) return done;
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_extra_extensions(X509* certificate, const std::vector<Extension>& extensions) {
  for (const auto& extra : extensions) {
    const Object oid(OBJ_txt2obj(extra.oid.c_str(), 1));
    const OctetString value(ASN1_OCTET_STRING_new());
    if (oid == nullptr || value == nullptr ||
        ASN1_OCTET_STRING_set(value.get(), extra.value.data(), static_cast<int>(extra.value.size())) != 1) {
      return false;
    }
    const ExtensionPtr made(X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), extra.critical ? 1 : 0, value.get()));
    if (made == nullptr || X509_add_ext(certificate, made.get(), -1) != 1) return false;
  }
  return true;
}

const char* extended_key_usage(const CertificateRequest& request) {
  if (request.server_auth && request.client_auth) return "serverAuth,clientAuth";
  if (request.server_auth) return "serverAuth";
  return request.client_auth ? "clientAuth" : nullptr;
}

/// RFC5280-4.2.1: identifiers, constraints and usages. The key identifiers come first, since the second one reads the
/// first.
bool add_extensions(X509* certificate, X509* issuer, const CertificateRequest& request) {
  const char* const usage = request.is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";
  const char* const extended = extended_key_usage(request);
  return add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always") &&
         add_extension(certificate, issuer, NID_basic_constraints,
                       request.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_key_usage, usage) &&
         (extended == nullptr || add_extension(certificate, issuer, NID_ext_key_usage, extended)) &&
         add_alternative_names(certificate, request.names) && add_extra_extensions(certificate, request.extensions);
}

bool set_subject(X509* certificate, const CertificateRequest& request, const crypto::PublicKey& key) {
  const Bytes spki = key.to_spki();
  const unsigned char* at = spki.data();
  const Key native(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  X509_NAME* name = X509_get_subject_name(certificate);
  return native != nullptr && X509_set_pubkey(certificate, native.get()) == 1 &&
         add_name_part(name, "C", request.country) && add_name_part(name, "O", request.organization) &&
         add_name_part(name, "OU", request.organizational_unit) && add_name_part(name, "CN", request.common_name) &&
         set_time(X509_getm_notBefore(certificate), request.not_before) &&
         set_time(X509_getm_notAfter(certificate), request.not_after);
}

/// The digest that belongs to the key; Ed25519 has its own inside and takes none.
const EVP_MD* signing_digest(const crypto::PublicKey& key) {
  using enum crypto::SignatureAlgorithm;
  if (key.fits(EdDSA)) return nullptr;
  if (key.fits(ES384)) return EVP_sha384();
  return key.fits(ES512) ? EVP_sha512() : EVP_sha256();
}

}  // namespace

Result<Certificate> issue_certificate(const CertificateRequest& request, const crypto::PublicKey& subject_key,
                                      const crypto::PrivateKey& issuer_key, const Certificate* issuer, Random& random) {
  if (issuer == nullptr && subject_key != issuer_key.public_key()) {
    return fail(ErrorCode::Malformed, "A self-signed certificate is signed by its own key.");
  }
  if (issuer != nullptr && issuer->spki() != issuer_key.public_key().to_spki()) {
    return fail(ErrorCode::Malformed, "The issuer's certificate belongs to another key.");
  }
  if (request.not_after <= request.not_before)
    return fail(ErrorCode::Malformed, "The certificate would never be valid.");
  const X509Ptr certificate(X509_new());
  const X509Ptr parent = issuer == nullptr ? nullptr : openssl::parse_der(issuer->der());
  X509* const signer = parent == nullptr ? certificate.get() : parent.get();
  if (certificate == nullptr || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      !set_serial(certificate.get(), random) || !set_subject(certificate.get(), request, subject_key) ||
      X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer)) != 1 ||
      !add_extensions(certificate.get(), signer, request) ||
      X509_sign(certificate.get(), issuer_key.native(), signing_digest(issuer_key.public_key())) <= 0) {
    return cannot_issue();
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  if (size <= 0) return cannot_issue();
  const Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return Certificate::from_der(bytes);
}

std::string to_pem(const Certificate& certificate) {
  const std::string body = encode_base64(certificate.der());
  std::string out = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t i = 0; i < body.size(); i += 64) out += body.substr(i, 64) + "\n";
  return out + "-----END CERTIFICATE-----\n";
}

}  // namespace signet::x509
