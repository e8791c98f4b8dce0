#include <gtest/gtest.h>

#include "x509/certificate.h"

namespace signet::x509 {
namespace {

TEST(DistinguishedName, DifferentNamesAreDifferent) {
  const std::pair<std::string_view, std::string_view> pairs[] = {
      {"CN=a", "CN=b"},
      {"CN=a", "O=a"},
      {"CN=a,O=b", "O=b,CN=a"},  // the order of RDNs counts
      {"CN=a,O=b", "CN=a"},      // a prefix is not enough
      {"CN=a,O=b", "CN=a,O=b,C=US"},
      {"CN=a+O=b", "CN=a,O=b"},    // one RDN of two parts is not two RDNs
      {"CN=a\\,O=b", "CN=a,O=b"},  // an escaped comma does not separate
      {"CN=a\\+O=b", "CN=a+O=b"},
      {"CN=ab", "CN=a b"},
      {"CN=bank\\00evil", "CN=bank"},  // a NUL does not end the comparison
      {"CN=\xc3\xa9", "CN=\xc3\x89"},  // only ASCII is folded
      {"CN=\\#3000", "CN=#3000"},      // text that looks like hex is not that DER value
      {"CN=#0C052333303030", "CN=#3000"},
      {"1.2.3=a", "1.2.4=a"},
      {"CN=*", "CN=anything"},
  };
  for (const auto& [a, b] : pairs) {
    EXPECT_FALSE(same_distinguished_name(a, b)) << a << " | " << b;
    EXPECT_FALSE(same_distinguished_name(b, a)) << a << " | " << b;
  }
}

TEST(DistinguishedName, ATextThatIsNoNameEqualsNothingNotEvenItself) {
  for (const auto text : {"", " ", "CN", "=a", "CN=a,", ",CN=a", "CN=a,,O=b", "CN=a+", "CN=a\\", "CN=a\\x", "CN=a\\4",
                          "CN=\"a\"", "CN=#", "CN=#1", "CN=#zz", "C N=a", "CN=a,O", "CN\\=a"}) {
    EXPECT_FALSE(same_distinguished_name(text, text)) << text;
  }
  EXPECT_FALSE(same_distinguished_name(std::string_view("CN=a\0", 5), std::string_view("CN=a\0", 5)));
}

// RFC4514-3, RFC4517-4.2.11
TEST(DistinguishedName, CaseSpacesAndOtherNamesOfATypeDoNotMatter) {
  const std::pair<std::string_view, std::string_view> pairs[] = {
      {"CN=Client One,O=Bank", "cn=client one,o=BANK"},
      {"CN=a,O=b", "CN = a , O=b"},
      {"CN=a,O=b", " CN=a;O=b "},
      {"CN=a  b", "CN=a b"},
      {"CN=a\\ ", "CN=a"},
      {"CN=a", "2.5.4.3=a"},
      {"CN=a", "commonName=a"},
      {"CN=a", "OID.2.5.4.3=a"},
      {"emailAddress=a@b", "1.2.840.113549.1.9.1=A@B"},
      {"emailAddress=a@b", "E=a@b"},
      {"UID=x", "0.9.2342.19200300.100.1.1=x"},
      {"organizationIdentifier=PSDGB-OB-1", "2.5.4.97=PSDGB-OB-1"},
      {"CN=a+O=b,C=US", "O=b+CN=a,C=US"},
      {"CN=a\\,b", "CN=a\\2Cb"},
      {"CN=\xc3\xa9", "CN=\\C3\\A9"},
      {"CN=Hello", "CN=#0C0548656C6C6F"},       // UTF8String
      {"CN=Hello", "2.5.4.3=#130568656c6c6f"},  // PrintableString
      {"1.2.3.4=#04020001", "1.2.3.4=#04020001"},
      {"CN=a=b", "CN=a\\=b"},
      {"CN=#0C052333303030", "CN=\\#3000"},
  };
  for (const auto& [a, b] : pairs) {
    EXPECT_TRUE(same_distinguished_name(a, b)) << a << " | " << b;
    EXPECT_TRUE(same_distinguished_name(b, a)) << a << " | " << b;
  }
}

}  // namespace
}  // namespace signet::x509
