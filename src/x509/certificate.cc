#include "x509/certificate.h"

#include <openssl/pem.h>

#include "crypto/digest.h"
#include "x509/ip_address.h"
#include "x509/openssl.h"

namespace signet::x509 {
namespace {

using openssl::Bio;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, openssl::Deleter<GENERAL_NAMES_free>>;

constexpr std::size_t kMaximumBytes = 16 * 1024;

std::unexpected<Error> malformed_certificate(std::source_location where = std::source_location::current()) {
  return openssl::refuse(ErrorCode::Malformed, "The certificate is malformed.", where);
}

/// RFC 4514 with UTF-8 left as it is: OpenSSL's RFC 2253 form without the escaping of bytes above 127.
Result<std::string> render_name(const X509_NAME* name) {
  constexpr unsigned long kFlags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  const Bio bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || X509_NAME_print_ex(bio.get(), name, 0, kFlags) < 0) return malformed_certificate();
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

Result<Instant> to_instant(const ASN1_TIME* time) {
  std::tm tm{};
  if (ASN1_TIME_to_tm(time, &tm) != 1) return malformed_certificate();
  const std::chrono::year_month_day date{std::chrono::year{tm.tm_year + 1900},
                                         std::chrono::month{static_cast<unsigned>(tm.tm_mon + 1)},
                                         std::chrono::day{static_cast<unsigned>(tm.tm_mday)}};
  if (!date.ok()) return malformed_certificate();
  return Instant{std::chrono::sys_days{date} + hours{tm.tm_hour} + minutes{tm.tm_min} + seconds{tm.tm_sec}};
}

/// A name of IA5 characters. A NUL inside would let "bank.example\0.evil.example" be read as two different names.
Result<std::string> to_text(const ASN1_IA5STRING* value) {
  const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                              static_cast<std::size_t>(ASN1_STRING_length(value)));
  if (text.find('\0') != std::string_view::npos) return malformed_certificate();
  return std::string(text);
}

Result<std::string> to_ip_text(const ASN1_OCTET_STRING* value) {
  return render_ip_address({ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))});
}

Result<SubjectAlternativeNames> parse_names(const X509* certificate) {
  SubjectAlternativeNames names;
  int found = -1;
  const GeneralNames list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, &found, nullptr)));
  if (list == nullptr) {
    if (found != -1) return malformed_certificate();  // RFC5280-4.2: it stands twice or does not parse
    return names;
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
    if (name->type == GEN_DNS) {
      TRY_ASSIGN(names.dns.emplace_back(), to_text(name->d.dNSName));
    } else if (name->type == GEN_URI) {
      TRY_ASSIGN(names.uri.emplace_back(), to_text(name->d.uniformResourceIdentifier));
    } else if (name->type == GEN_EMAIL) {
      TRY_ASSIGN(names.email.emplace_back(), to_text(name->d.rfc822Name));
    } else if (name->type == GEN_IPADD) {
      TRY_ASSIGN(names.ip.emplace_back(), to_ip_text(name->d.iPAddress));
    }
  }
  return names;
}

Result<Bytes> encode_spki(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return malformed_certificate();
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

}  // namespace

Result<Certificate> Certificate::from_der(BytesView der) {
  if (der.size() > kMaximumBytes) return fail(ErrorCode::TooLarge, "The certificate is too large.");
  const openssl::X509Ptr parsed = openssl::parse_der(der);
  if (parsed == nullptr) return malformed_certificate();
  Certificate certificate;
  certificate.der_.assign(der.begin(), der.end());
  TRY_ASSIGN(certificate.spki_, encode_spki(parsed.get()));
  TRY_ASSIGN(certificate.subject_dn_, render_name(X509_get_subject_name(parsed.get())));
  TRY_ASSIGN(certificate.issuer_dn_, render_name(X509_get_issuer_name(parsed.get())));
  TRY_ASSIGN(certificate.names_, parse_names(parsed.get()));
  TRY_ASSIGN(certificate.not_before_, to_instant(X509_get0_notBefore(parsed.get())));
  TRY_ASSIGN(certificate.not_after_, to_instant(X509_get0_notAfter(parsed.get())));
  ERR_clear_error();
  return certificate;
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  if (pem.size() > kMaximumBytes * 2) return fail(ErrorCode::TooLarge, "The certificate is too large.");
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  unsigned char* der = nullptr;
  long size = 0;
  if (bio == nullptr || PEM_bytes_read_bio(&der, &size, nullptr, PEM_STRING_X509, bio.get(), nullptr, nullptr) != 1) {
    return malformed_certificate();
  }
  const Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return from_der(bytes);
}

std::string Certificate::thumbprint() const {
  return certificate_thumbprint(der_);
}

std::string certificate_thumbprint(BytesView der) {
  return encode_base64url(crypto::sha256(der));
}

}  // namespace signet::x509
