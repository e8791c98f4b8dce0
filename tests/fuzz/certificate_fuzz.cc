// A certificate that is accepted is the whole input, its names hold no NUL, and a name that parses equals itself.

#include "crypto/key.h"
#include "require.h"
#include "x509/certificate.h"
#include "x509/issue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const BytesView input{data, size};
  const std::string_view text = as_text(input);
  const auto line = text.find('\n');
  const auto left = text.substr(0, line);
  const auto right = line == std::string_view::npos ? left : text.substr(line + 1);
  fuzz::require(x509::same_distinguished_name(left, right) == x509::same_distinguished_name(right, left));
  (void)x509::Certificate::from_pem(text);
  const auto certificate = x509::Certificate::from_der(input);
  if (!certificate) return 0;
  fuzz::require(as_text(certificate->der()) == text);
  for (const auto& name : certificate->names().dns) fuzz::require(name.find('\0') == std::string::npos);
  (void)crypto::PublicKey::from_spki(certificate->spki());
  fuzz::require(x509::Certificate::from_pem(x509::to_pem(*certificate)).has_value());
  return 0;
}
