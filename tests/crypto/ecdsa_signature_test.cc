#include "crypto/ecdsa_signature.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

Bytes der_of(const Bytes& raw) {
  const DerSignature der = der_from_raw_signature(raw);
  return {der.bytes.begin(), der.bytes.begin() + static_cast<std::ptrdiff_t>(der.size)};
}

TEST(RawSignature, NumbersTakeTheirShortestDerForm) {
  EXPECT_EQ(encode_hex(der_of(decode_hex("00010080").value())), "300702010102020080");
  EXPECT_EQ(encode_hex(der_of(decode_hex("00000000").value())), "3006020100020100");
}

TEST(RawSignature, TheLongestSignatureFits) {
  const Bytes raw(132, 0xff);
  const Bytes der = der_of(raw);
  EXPECT_EQ(der.size(), 141U);
  EXPECT_EQ(raw_from_der_signature(der, 66).value(), raw);
}

TEST(DerSignature, WhatIsNoPairOfIntegersIsRefused) {
  for (const auto* hex :
       {"", "30", "3000", "3003020101", "3006020101", "30060201010201", "31060201010201 01", "3006030101020101",
        "300602010102010100", "3007020101020101", "30040200020101", "3006020101020201"}) {
    const auto der = decode_hex(hex);
    EXPECT_FALSE(der && raw_from_der_signature(*der, 2)) << hex;
  }
}

TEST(DerSignature, NumbersAreFilledUpToTheWidth) {
  EXPECT_EQ(encode_hex(raw_from_der_signature(decode_hex("300702010102020080").value(), 4).value()),
            "0000000100000080");
}

}  // namespace
}  // namespace signet::crypto
