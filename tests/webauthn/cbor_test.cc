#include "webauthn/cbor.h"

#include <gtest/gtest.h>

#include "support/cbor.h"

namespace signet::webauthn {
namespace {

namespace cbor = test::cbor;

bool accepts(std::string_view hex) {
  return CborDocument::parse(decode_hex(hex).value()).has_value();
}

// WEBAUTHN-2.4
TEST(Cbor, OnlyTheCanonicalFormIsAccepted) {
  EXPECT_TRUE(accepts("a26161f4616201"));  // {"a": false, "b": 1}
  EXPECT_TRUE(accepts("a201022000"));      // {1: 2, -1: 0}
  for (const char* hex : {"",
                          "1801",
                          "190001",
                          "1a00000001",
                          "1b0000000000000001",  // 1, not in its shortest form
                          "5801ff",
                          "a118200102",  // a length and a key in two bytes
                          "5f41ff41ffff",
                          "7f6161ff",
                          "9f01ff",
                          "bf6161f5ff",  // indefinite lengths
                          "1c",
                          "1d",
                          "1e",
                          "ff",  // reserved, a break
                          "c100",
                          "d9d9f700",  // tags
                          "f7",
                          "e0",
                          "f820",
                          "f93c00",
                          "fa3f800000",  // undefined, simple values, floats
                          "61ff",        // not UTF-8
                          "0101",
                          "a0a0",  // bytes after the end
                          "4201",
                          "8201",
                          "a101",
                          "a1",
                          "18",
                          "19ff"}) {  // too short
    EXPECT_FALSE(accepts(hex)) << hex;
  }
}

// WEBAUTHN-2.4
TEST(Cbor, AMapKeyStandsOnceAndIsAnIntegerOrAText) {
  EXPECT_FALSE(accepts("a201020103"));      // {1: 2, 1: 3}
  EXPECT_FALSE(accepts("a2616101616102"));  // {"a": 1, "a": 2}
  EXPECT_FALSE(accepts("a101a220002001"));  // {1: {-1: 0, -1: 1}}
  EXPECT_FALSE(accepts("a1410100"));        // {h'01': 0}
  EXPECT_FALSE(accepts("a1f500"));          // {true: 0}
  EXPECT_FALSE(accepts("a1800000"));        // {[]: 0}
}

// WEBAUTHN-2.4
TEST(Cbor, DepthAndCountsAreBoundedBeforeMemoryIsTaken) {
  EXPECT_TRUE(accepts("8181818101"));
  EXPECT_FALSE(accepts("818181818101"));
  EXPECT_FALSE(accepts("9b00000000ffffffff"));
  EXPECT_FALSE(accepts("bb7fffffffffffffff"));
  EXPECT_FALSE(accepts("5b7fffffffffffffff"));
  EXPECT_FALSE(accepts("9bffffffffffffffff"));
  const std::vector<Bytes> items(65, Bytes{0});
  EXPECT_FALSE(CborDocument::parse(cbor::array(items)));
  EXPECT_TRUE(CborDocument::parse(cbor::array({items.begin(), items.end() - 1})));
}

TEST(Cbor, ValuesAreReadByTheirTypeOnly) {
  const Bytes bytes = cbor::map({{cbor::integer(-257), cbor::integer(-65536)},
                                 {cbor::text("t"), cbor::text("text")},
                                 {cbor::text("b"), cbor::bytes(Bytes{1, 2})},
                                 {cbor::text("f"), cbor::boolean(false)},
                                 {cbor::text("a"), cbor::array({cbor::integer(7)})}});
  const auto document = CborDocument::parse(bytes);
  ASSERT_TRUE(document);
  const CborItem root = document->root();
  EXPECT_EQ(root.map_size(), 5U);
  EXPECT_EQ(root.find(-257)->integer(), -65536);
  EXPECT_EQ(root.find("t")->text(), "text");
  EXPECT_EQ(root.find("t")->bytes().has_value(), false);
  EXPECT_EQ(Bytes(root.find("b")->bytes()->begin(), root.find("b")->bytes()->end()), (Bytes{1, 2}));
  EXPECT_EQ(root.find("f")->boolean(), false);
  EXPECT_EQ(root.find("f")->integer(), std::nullopt);
  EXPECT_EQ(root.find("a")->array()->front().integer(), 7);
  EXPECT_FALSE(root.find("A"));
  EXPECT_FALSE(root.find(257));
  EXPECT_FALSE(root.find("a")->is_map());
  EXPECT_EQ(root.serialize(), bytes);
}

// WEBAUTHN-2.4: 2^63 and more do not become other numbers
TEST(Cbor, AnIntegerThatDoesNotFitIsNone) {
  for (const char* hex : {"1b8000000000000000", "3b8000000000000000", "1bffffffffffffffff"}) {
    EXPECT_EQ(CborDocument::parse(decode_hex(hex).value())->root().integer(), std::nullopt);
  }
  EXPECT_EQ(CborDocument::parse(decode_hex("3b7fffffffffffffff").value())->root().integer(),
            std::numeric_limits<std::int64_t>::min());
}

}  // namespace
}  // namespace signet::webauthn
