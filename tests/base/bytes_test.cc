#include "base/bytes.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

// RFC4648-5
TEST(Base64Url, APaddedTextIsRefused) {
  EXPECT_FALSE(decode_base64url("Zg=="));
  EXPECT_FALSE(decode_base64url("Zm8="));
}

TEST(Base64Url, TheAlphabetOfPlainBase64IsRefused) {
  EXPECT_FALSE(decode_base64url("+/+/"));
  EXPECT_FALSE(decode_base64("-_-_"));
}

TEST(Base64Url, NonZeroSpareBitsAreRefused) {
  EXPECT_FALSE(decode_base64url("Zh"));   // "f" is Zg
  EXPECT_FALSE(decode_base64url("Zm9"));  // "fo" is Zm8
  EXPECT_FALSE(decode_base64("Zh=="));
}

TEST(Base64Url, AnImpossibleLengthIsRefused) {
  EXPECT_FALSE(decode_base64url("Z"));
  EXPECT_FALSE(decode_base64url("Zm9vY"));
}

TEST(Base64Url, WhiteSpaceAndControlCharactersAreRefused) {
  for (const char c : {' ', '\n', '\r', '\t', '\0', '.', '\x80', '\xff'}) {
    EXPECT_FALSE(decode_base64url(std::string("Zm9") + c)) << static_cast<int>(c);
  }
}

// RFC 4648 section 10, without the padding of plain base64.
TEST(Base64Url, TheVectorsOfRfc4648AreEncodedAndDecoded) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(encode_base64url(as_bytes(plain)), encoded);
    const auto decoded = decode_base64url(encoded);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(as_text(*decoded), plain);
  }
}

// RFC 7515 appendix C.
// RFC7515-2
TEST(Base64Url, TheVectorOfRfc7515IsEncoded) {
  EXPECT_EQ(encode_base64url(Bytes{3, 236, 255, 224, 193}), "A-z_4ME");
}

TEST(Base64Url, EveryLengthSurvivesTheWayThereAndBack) {
  Bytes bytes;
  for (int i = 0; i < 300; ++i) {
    const auto back = decode_base64url(encode_base64url(bytes));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 37));
  }
}

TEST(Base64Url, AppendingKeepsWhatStoodBefore) {
  std::string out = "head.";
  append_base64url(out, as_bytes("foob"));
  EXPECT_EQ(out, "head.Zm9vYg");
}

TEST(Base64, MissingOrExcessivePaddingIsRefused) {
  for (const auto text : {"Zg", "Zg=", "Zg===", "====", "=", "Zm9v=", "Zm9v====", "Z===", "=Zm9", "Zm=v"}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

TEST(Base64, APaddedTextIsDecoded) {
  EXPECT_EQ(encode_base64(as_bytes("foob")), "Zm9vYg==");
  EXPECT_EQ(as_text(decode_base64("Zm9vYg==").value()), "foob");
  EXPECT_TRUE(decode_base64("").value().empty());
}

TEST(Hex, OddLengthsAndForeignCharactersAreRefused) {
  for (const auto text : {"0", "0g", "0x10", "zz", " 0"}) EXPECT_FALSE(decode_hex(text)) << text;
}

TEST(Hex, BothCasesAreReadAndLowerCaseIsWritten) {
  EXPECT_EQ(decode_hex("00fFaB").value(), (Bytes{0x00, 0xff, 0xab}));
  EXPECT_EQ(encode_hex(Bytes{0x00, 0xff, 0xab}), "00ffab");
}

TEST(ConstantTimeComparison, ADifferenceInAnyByteOrInLengthIsSeen) {
  const Bytes a(32, 7);
  EXPECT_TRUE(equal_in_constant_time(a, a));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_FALSE(equal_in_constant_time(a, BytesView(a).first(31)));
  for (std::size_t i = 0; i < a.size(); ++i) {
    Bytes b = a;
    b[i] ^= 0x80;
    EXPECT_FALSE(equal_in_constant_time(a, b)) << i;
  }
}

// RFC4648-6, the vectors of section 10 without their padding.
TEST(Base32, TheVectorsOfTheRfcComeOut) {
  EXPECT_EQ(encode_base32(as_bytes("")), "");
  EXPECT_EQ(encode_base32(as_bytes("f")), "MY");
  EXPECT_EQ(encode_base32(as_bytes("fo")), "MZXQ");
  EXPECT_EQ(encode_base32(as_bytes("foo")), "MZXW6");
  EXPECT_EQ(encode_base32(as_bytes("foob")), "MZXW6YQ");
  EXPECT_EQ(encode_base32(as_bytes("fooba")), "MZXW6YTB");
  EXPECT_EQ(encode_base32(as_bytes("foobar")), "MZXW6YTBOI");
}

}  // namespace
}  // namespace signet
