#include "server/authn/place.h"

#include <fstream>

#include "support/database.h"
#include "support/mmdb_writer.h"

namespace signet::server::authn {
namespace {

using test::MmdbValue;
using test::value_of;

constexpr Coordinates kBerlin{.latitude = 52.52, .longitude = 13.405};
constexpr Coordinates kParis{.latitude = 48.8566, .longitude = 2.3522};

class PlacesTest : public testing::Test {
 protected:
  PlacesTest() {
    writer.add("198.51.100.0", 24, test::place_record("DE", kBerlin.latitude, kBerlin.longitude));
    writer.add("198.51.100.128", 25, test::place_record("FR", kParis.latitude, kParis.longitude));
    writer.add("2001:db8::", 32, test::place_record("FR", kParis.latitude, kParis.longitude));
  }
  std::unique_ptr<Places> open() {
    writer.write(directory.file("places.mmdb"));
    return value_of(Places::open(directory.file("places.mmdb")));
  }
  Error refusal(std::string_view content) {
    std::ofstream(directory.file("broken.mmdb")) << content;
    const auto opened = Places::open(directory.file("broken.mmdb"));
    return opened ? Error{ErrorCode::Bug, "(opened)"} : opened.error();
  }

  test::TemporaryDirectory directory;
  test::MmdbWriter writer;
};

TEST_F(PlacesTest, AnAddressIsFoundInTheSmallestNetworkThatHoldsIt) {
  const auto places = open();
  EXPECT_EQ(places->find("198.51.100.1"), (Place{.country = "DE", .coordinates = kBerlin}));
  EXPECT_EQ(places->find("198.51.100.127")->country, "DE");
  EXPECT_EQ(places->find("198.51.100.128"), (Place{.country = "FR", .coordinates = kParis}));
  EXPECT_EQ(places->find("2001:db8:1::9")->country, "FR");
}

TEST_F(PlacesTest, WhatTheDatabaseDoesNotKnowIsUnknown) {
  const auto places = open();
  for (const char* const address : {"198.51.101.1", "127.0.0.1", "::1", "2001:db9::1"})
    EXPECT_FALSE(places->find(address)) << address;
}

TEST_F(PlacesTest, WhatIsNoAddressIsUnknown) {
  const auto places = open();
  for (const char* const text : {"", "localhost", "198.51.100", "198.51.100.1 ", "198.51.100.1/24", "[2001:db8::1]"})
    EXPECT_FALSE(places->find(text)) << text;
}

TEST_F(PlacesTest, ARecordMayLackPartsOrCarryOthers) {
  writer.add("203.0.113.0", 26, MmdbValue::map({{"country", MmdbValue::map({{"iso_code", MmdbValue::text("GB")}})}}));
  writer.add("203.0.113.64", 26, MmdbValue::map({{"continent", MmdbValue::text("EU")}}));
  writer.add("203.0.113.128", 26, test::place_record("germany", 91, 13));
  writer.add("203.0.113.192", 26, MmdbValue::map({{"country", MmdbValue::text("DE")}}));
  const auto places = open();
  EXPECT_EQ(places->find("203.0.113.1"), (Place{.country = "GB", .coordinates = {}}));
  for (const char* const address : {"203.0.113.65", "203.0.113.129", "203.0.113.193"})
    EXPECT_FALSE(places->find(address)) << address;
}

TEST_F(PlacesTest, WhatIsNoDatabaseIsRefused) {
  EXPECT_EQ(Places::open(directory.file("absent.mmdb")).error().code, ErrorCode::NotFound);
  EXPECT_EQ(refusal("hello").code, ErrorCode::Malformed);
  EXPECT_EQ(refusal("\xab\xcd\xefMaxMind.com").code, ErrorCode::Malformed);
}

TEST(Distance, IsMeasuredAlongTheSurface) {
  EXPECT_NEAR(distance_km(kBerlin, kParis), 878, 5);
  EXPECT_EQ(distance_km(kBerlin, kBerlin), 0);
  EXPECT_NEAR(distance_km({.latitude = 0, .longitude = 179.5}, {.latitude = 0, .longitude = -179.5}), 111, 1);
  EXPECT_NEAR(distance_km({.latitude = 90, .longitude = 0}, {.latitude = -90, .longitude = 0}), 20'015, 5);
}

}  // namespace
}  // namespace signet::server::authn
