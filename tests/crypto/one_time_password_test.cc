#include "crypto/one_time_password.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/fakes.h"
#include "support/program.h"

namespace signet::crypto {
namespace {

constexpr HotpSettings kSha256 = {.hash = OneTimePasswordHash::Sha256};
constexpr HotpSettings kEight = {.digits = OneTimePasswordDigits::Eight};
constexpr HotpSettings kSha256Eight = {.hash = OneTimePasswordHash::Sha256, .digits = OneTimePasswordDigits::Eight};

/// The key of the vectors of both RFCs.
SecretBytes vector_key(std::string_view text = "12345678901234567890") {
  return SecretBytes(to_bytes(text));
}

// RFC4226-5.3, the values of appendix D.
TEST(Hotp, TheVectorsOfRfc4226ComeOut) {
  const std::vector<std::string> expected = {"755224", "287082", "359152", "969429", "338314",
                                             "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t counter = 0; counter < expected.size(); ++counter)
    EXPECT_EQ(make_hotp(vector_key(), counter), expected[counter]) << counter;
}

// RFC6238-4.2, the values of appendix B; the last one needs a step of more than 32 bits of seconds.
TEST(Totp, TheVectorsOfRfc6238ComeOut) {
  struct Vector {
    std::int64_t at;
    std::string_view sha1;
    std::string_view sha256;
  };
  constexpr Vector kVectors[] = {
      {59, "94287082", "46119246"},         {1111111109, "07081804", "68084774"}, {1111111111, "14050471", "67062674"},
      {1234567890, "89005924", "91819424"}, {2000000000, "69279037", "90698825"}, {20000000000, "65353130", "77737706"},
  };
  const auto long_key = vector_key("12345678901234567890123456789012");
  for (const auto& vector : kVectors) {
    const auto step = totp_step_at(from_unix_seconds(vector.at));
    EXPECT_EQ(make_hotp(vector_key(), step, kEight), vector.sha1) << vector.at;
    EXPECT_EQ(make_hotp(long_key, step, kSha256Eight), vector.sha256) << vector.at;
  }
}

class TotpWindow : public testing::Test {
 protected:
  [[nodiscard]] std::string code_at(std::int64_t step) const {
    return make_hotp(key_, static_cast<std::uint64_t>(step));
  }
  [[nodiscard]] std::optional<std::uint64_t> find(std::string_view code, std::uint64_t last_used = 0,
                                                  const TotpSettings& settings = {}) const {
    return find_totp_step(key_, code, now_, last_used, settings);
  }
  const SecretBytes key_ = vector_key();
  const Instant now_ = from_unix_seconds(1'800'000'015);
  const std::uint64_t step_ = 60'000'000;
};

// RFC6238-5.2
TEST_F(TotpWindow, ACodeIsNeverTakenTwice) {
  const auto code = code_at(60'000'000);
  const auto used = find(code);
  ASSERT_EQ(used, step_);
  EXPECT_EQ(find(code, *used), std::nullopt);
}

TEST_F(TotpWindow, AnOlderCodeThanTheLastUsedOneIsRefusedThoughItIsInTheWindow) {
  EXPECT_EQ(find(code_at(59'999'999), step_), std::nullopt);
  EXPECT_EQ(find(code_at(60'000'001), step_), step_ + 1);
}

TEST_F(TotpWindow, OneStepOfDriftIsTakenAndTwoAreNot) {
  EXPECT_EQ(find(code_at(59'999'999)), step_ - 1);
  EXPECT_EQ(find(code_at(60'000'001)), step_ + 1);
  EXPECT_EQ(find(code_at(59'999'998)), std::nullopt);
  EXPECT_EQ(find(code_at(60'000'002)), std::nullopt);
  EXPECT_EQ(find(code_at(59'999'999), 0, {.window = 0}), std::nullopt);
}

TEST_F(TotpWindow, OnlyTheWholeCodeCounts) {
  const auto code = code_at(60'000'000);
  for (const std::string& wrong : {std::string(), code.substr(0, 5), code + "0", " " + code, "0" + code,
                                   std::string(1000, '0'), std::string(6, '\0'), std::string("٠١٢٣٤٥")}) {
    EXPECT_EQ(find(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(find(make_hotp(key_, step_, kEight)), std::nullopt);
  EXPECT_EQ(find(make_hotp(key_, step_, kSha256)), std::nullopt);
}

TEST_F(TotpWindow, TheFirstStepsOfTheEpochDoNotWrapAround) {
  const auto early = from_unix_seconds(0);
  EXPECT_EQ(find_totp_step(key_, make_hotp(key_, 0), early, 0), std::nullopt);
  EXPECT_EQ(find_totp_step(key_, make_hotp(key_, 1), early, 0), 1U);
  EXPECT_EQ(totp_step_at(from_unix_seconds(-90)), 0U);
}

// RFC4226-4: at least 128 bits, better 160.
TEST(OneTimePasswordKey, HasTwentyRandomBytes) {
  test::FixedRandom random;
  const auto first = make_one_time_password_key(random);
  EXPECT_EQ(first.reveal().size(), 20U);
  EXPECT_NE(first.reveal(), make_one_time_password_key(random).reveal());
}

TEST(OtpauthUri, EscapesNamesAndNeverLetsAColonMoveTheBorderOfTheLabel) {
  EXPECT_EQ(render_otpauth_uri("Bank & Söhne: Test", "a:b@example.com?secret=X", vector_key()),
            "otpauth://totp/Bank%20%26%20S%C3%B6hne%20%20Test:a%20b%40example.com%3Fsecret%3DX"
            "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bank%20%26%20S%C3%B6hne%20%20Test");
}

TEST(OtpauthUri, SaysTheSettingsOfTheKey) {
  EXPECT_EQ(render_otpauth_uri("Bank", "alice", vector_key(), {.hotp = kSha256Eight, .period = seconds{60}}),
            "otpauth://totp/Bank:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bank&algorithm=SHA256&digits=8"
            "&period=60");
}

TEST(OtpauthUri, IsReadAsItWasWritten) {
  const auto read = parse_otpauth_uri(render_otpauth_uri("Bank: Test", "a&b", vector_key()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->reveal(), vector_key().reveal());
}

TEST(OtpauthUri, WithoutAKeyOrWithSettingsThatFewAppsKnowIsRefused) {
  for (const auto* uri :
       {"", "https://bank.example/?secret=GEZDGNBV", "otpauth://hotp/a?secret=GEZDGNBV", "otpauth://totp/a",
        "otpauth://totp/a?secret=", "otpauth://totp/a?secret=0189", "otpauth://totp/a?issuer=b"}) {
    EXPECT_EQ(parse_otpauth_uri(uri).error().code, ErrorCode::Malformed) << uri;
  }
  for (const auto* more : {"&algorithm=SHA256", "&digits=8", "&period=60"}) {
    EXPECT_EQ(parse_otpauth_uri("otpauth://totp/a?secret=GEZDGNBV" + std::string(more)).error().code,
              ErrorCode::UnsupportedAlgorithm)
        << more;
  }
}

/// The authenticator app of the tests: oathtool, at a given time.
std::string oathtool_code(const SecretBytes& key, std::int64_t at, const std::string& hash, unsigned digits) {
  const auto result = test::run_program({"oathtool", "--totp=" + hash, "--base32", "--digits=" + std::to_string(digits),
                                         "--now=@" + std::to_string(at), encode_base32(key.reveal())});
  EXPECT_EQ(result.status, 0);
  return std::string(trim(result.output.substr(0, result.output.find('\n'))));
}

TEST(Totp, TheCodesOfAnotherProgramAreTaken) {
  test::FixedRandom random;
  for (int i = 0; i < 5; ++i) {
    const auto key = make_one_time_password_key(random);
    const std::int64_t at = 1'800'000'000 + i * 12'345;
    const auto now = from_unix_seconds(at);
    EXPECT_EQ(find_totp_step(key, oathtool_code(key, at, "sha1", 6), now, 0), totp_step_at(now));
    EXPECT_EQ(find_totp_step(key, oathtool_code(key, at, "sha256", 8), now, 0, {.hotp = kSha256Eight}),
              totp_step_at(now));
    EXPECT_EQ(find_totp_step(key, oathtool_code(key, at - 300, "sha1", 6), now, 0), std::nullopt);
  }
}

}  // namespace
}  // namespace signet::crypto
