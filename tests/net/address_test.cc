#include "net/address.h"

namespace signet::net {
namespace {

IpAddress address(std::string_view text) {
  return *IpAddress::parse(text);
}

TEST(IpAddress, AMappedAddressIsTheIpv4AddressItself) {
  EXPECT_EQ(address("::ffff:10.1.2.3"), address("10.1.2.3"));
  EXPECT_EQ("10.1.2.3", address("::ffff:10.1.2.3").text());
}

TEST(IpAddress, OtherTextsAreRefused) {
  for (const std::string_view text : {"", "localhost", "1.2.3", "1.2.3.4 ", "0x7f.1", "010.0.0.1", "[::1]", "::1%lo"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0evil", 12)));
}

TEST(IpNetwork, HoldsExactlyItsPrefix) {
  const auto v4 = *IpNetwork::parse("172.16.0.0/12");
  EXPECT_TRUE(v4.contains(address("172.31.255.255")));
  EXPECT_FALSE(v4.contains(address("172.32.0.0")));
  const auto v6 = *IpNetwork::parse("fd00::/9");
  EXPECT_TRUE(v6.contains(address("fd7f::1")));
  EXPECT_FALSE(v6.contains(address("fd80::1")));
  EXPECT_FALSE(v6.contains(address("10.0.0.1")));
  EXPECT_TRUE(IpNetwork::parse("0.0.0.0/0")->contains(address("8.8.8.8")));
  const auto single = *IpNetwork::parse("127.0.0.1");
  EXPECT_TRUE(single.contains(address("127.0.0.1")));
  EXPECT_FALSE(single.contains(address("127.0.0.2")));
}

TEST(IpNetwork, BrokenBlocksAreRefused) {
  for (const std::string_view text :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "::/129", "/8", "x/8"}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

TEST(PublicAddress, SpecialPurposeBlocksAreNotPublic) {
  for (const std::string_view text : {"127.0.0.1",
                                      "127.255.0.9",
                                      "10.0.0.1",
                                      "172.16.0.1",
                                      "192.168.1.1",
                                      "169.254.169.254",
                                      "100.64.0.1",
                                      "0.0.0.0",
                                      "224.0.0.1",
                                      "255.255.255.255",
                                      "192.0.2.1",
                                      "198.18.0.1",
                                      "198.51.100.1",
                                      "203.0.113.9",
                                      "240.0.0.1",
                                      "::1",
                                      "::",
                                      "fe80::1",
                                      "fc00::1",
                                      "fd12::1",
                                      "ff02::1",
                                      "2001:db8::1",
                                      "::ffff:127.0.0.1",
                                      "64:ff9b::7f00:1",
                                      "2002:7f00:1::",
                                      "2001::1",
                                      "fec0::1",
                                      "::7f00:1"}) {
    EXPECT_FALSE(is_public_address(address(text))) << text;
  }
}

TEST(PublicAddress, TheRestOfTheInternetIs) {
  for (const std::string_view text :
       {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"}) {
    EXPECT_TRUE(is_public_address(address(text))) << text;
  }
}

}  // namespace
}  // namespace signet::net
