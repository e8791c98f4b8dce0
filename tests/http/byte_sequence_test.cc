#include "http/byte_sequence.h"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

// RFC8941-3.3.5
TEST(ByteSequence, OnlyTheStrictFormIsRead) {
  EXPECT_EQ((Bytes{1, 2}), *parse_byte_sequence(":AQI=:"));
  for (const std::string_view text : {"", ":", "::", "AQI=", ":AQI=", "AQI=:", ":AQI:", ":AQJ=:", ":AQ I=:",
                                      ":AQI=:;a=1", " :AQI=:", ":AQI=: ", "\"AQI=\"", ":A-_=:", ":-----BEGIN:"}) {
    EXPECT_FALSE(parse_byte_sequence(text)) << text;
  }
}

TEST(ByteSequence, WhatIsRenderedIsReadBack) {
  EXPECT_EQ(":AQI=:", render_byte_sequence(Bytes{1, 2}));
  EXPECT_EQ((Bytes{1, 2}), *parse_byte_sequence(render_byte_sequence(Bytes{1, 2})));
}

}  // namespace
}  // namespace signet::http
