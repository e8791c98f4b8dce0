#include "server/authn/qr.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/url.h"
#include "crypto/one_time_password.h"
#include "support/database.h"
#include "support/fakes.h"
#include "support/program.h"

namespace signet::server::authn {
namespace {

constexpr std::string_view kPrefix = "data:image/svg+xml,";

std::string svg_of(const std::string& uri) {
  EXPECT_TRUE(uri.starts_with(kPrefix));
  return decode_form_value(std::string_view(uri).substr(kPrefix.size())).value();
}

/// What a reader of others sees in the picture.
std::string read_code(const std::string& svg, const std::string& width) {
  const test::TemporaryDirectory folder;
  std::ofstream(folder.file("code.svg")) << svg;
  const auto drawn = test::run_program(
      {"rsvg-convert", "--width", width, "--output", folder.file("code.png"), folder.file("code.svg")});
  EXPECT_EQ(drawn.status, 0);
  const auto read = test::run_program({"zbarimg", "--quiet", "--raw", "--nodbus", "-Sbinary", folder.file("code.png")});
  EXPECT_EQ(read.status, 0);
  return read.output;
}

std::string otpauth_uri() {
  test::FixedRandom random;
  return crypto::render_otpauth_uri("Bank of Söhne & Daughters", "a.rather.long.name@mail.example.com",
                                    crypto::make_one_time_password_key(random));
}

TEST(QrCode, AReaderOfOthersFindsTheTextInThePicture) {
  for (const std::string& text :
       {otpauth_uri(), std::string("x"), std::string(300, 'z'), std::string("ä€😀 & <>'\"")}) {
    const auto uri = render_qr_data_uri(text);
    ASSERT_TRUE(uri);
    EXPECT_EQ(read_code(svg_of(*uri), "400"), text);
  }
}

TEST(QrCode, IsOnePathWithCrispEdgesAndAQuietZoneInAtMostSixKilobytes) {
  const auto uri = render_qr_data_uri(otpauth_uri());
  ASSERT_TRUE(uri);
  EXPECT_LE(uri->size(), 6000U);
  const auto svg = svg_of(*uri);
  EXPECT_EQ(svg.find("<path"), svg.rfind("<path"));
  EXPECT_TRUE(svg.contains("shape-rendering='crispEdges'"));
  // The first module of the first finder pattern has four empty ones before and above it.
  EXPECT_TRUE(svg.contains("d='M4,4h7"));
  EXPECT_FALSE(svg.contains("M3,"));
}

TEST(QrCode, TheUriHasNothingThatHtmlWouldEscape) {
  const auto uri = render_qr_data_uri("\"><script>alert(1)</script>");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->find_first_of("<>&'\" "), std::string::npos);
}

TEST(QrCode, TextsThatAreTooLongEmptyOrCutByANulAreRefused) {
  EXPECT_EQ(render_qr_data_uri(std::string(301, 'x')).error().code, ErrorCode::TooLarge);
  EXPECT_EQ(render_qr_data_uri("").error().code, ErrorCode::Malformed);
  EXPECT_EQ(render_qr_data_uri(std::string_view("a\0b", 3)).error().code, ErrorCode::Malformed);
}

}  // namespace
}  // namespace signet::server::authn
