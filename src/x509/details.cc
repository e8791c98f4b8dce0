#include "x509/details.h"

#include <openssl/objects.h>

#include "x509/openssl.h"

namespace signet::x509 {
namespace {

using Object = std::unique_ptr<ASN1_OBJECT, openssl::Deleter<ASN1_OBJECT_free>>;
using BasicConstraints = std::unique_ptr<BASIC_CONSTRAINTS, openssl::Deleter<BASIC_CONSTRAINTS_free>>;

Bytes to_bytes(const ASN1_STRING* value) {
  const std::uint8_t* data = ASN1_STRING_get0_data(value);
  return {data, data + ASN1_STRING_length(value)};
}

}  // namespace

Result<std::optional<Extension>> find_extension(const Certificate& certificate, const std::string& oid) {
  const openssl::X509Ptr parsed = openssl::parse_der(certificate.der());
  const Object object(OBJ_txt2obj(oid.c_str(), 1));
  const int at = X509_get_ext_by_OBJ(parsed.get(), object.get(), -1);
  if (at < 0) return std::optional<Extension>();
  if (X509_get_ext_by_OBJ(parsed.get(), object.get(), at) >= 0) {  // RFC5280-4.2
    return fail(ErrorCode::Malformed, "The certificate has an extension twice.");
  }
  X509_EXTENSION* extension = X509_get_ext(parsed.get(), at);
  return std::optional<Extension>(
      {oid, X509_EXTENSION_get_critical(extension) == 1, to_bytes(X509_EXTENSION_get_data(extension))});
}

int version_of(const Certificate& certificate) {
  return static_cast<int>(X509_get_version(openssl::parse_der(certificate.der()).get())) + 1;
}

std::optional<std::string> find_subject_attribute(const Certificate& certificate, const char* name) {
  const openssl::X509Ptr parsed = openssl::parse_der(certificate.der());
  const X509_NAME* subject = X509_get_subject_name(parsed.get());
  const int nid = OBJ_sn2nid(name);
  const int at = X509_NAME_get_index_by_NID(subject, nid, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, nid, at) >= 0) return std::nullopt;
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size <= 0) {
    ERR_clear_error();
    OPENSSL_free(text);
    return std::nullopt;
  }
  std::string value(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return value;
}

std::optional<bool> find_basic_constraints_ca(const Certificate& certificate) {
  const openssl::X509Ptr parsed = openssl::parse_der(certificate.der());
  const BasicConstraints constraints(
      static_cast<BASIC_CONSTRAINTS*>(X509_get_ext_d2i(parsed.get(), NID_basic_constraints, nullptr, nullptr)));
  ERR_clear_error();
  if (constraints == nullptr) return std::nullopt;
  return constraints->ca != 0;
}

}  // namespace signet::x509
