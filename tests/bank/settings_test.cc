#include "bank/settings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace signet::test {
namespace {

constexpr std::string_view kBehindGateway = R"(
resource = "https://localhost:8445"
issuer = "https://localhost:8443"
[gateway]
client_id = "demo-gateway"
phantom_max_age = 90
[listeners.inner]
port = 8447
trusted_proxies = ["127.0.0.1/32"]
)";

class BankSettings : public ::testing::Test {
 protected:
  ~BankSettings() override { std::filesystem::remove(file_); }
  [[nodiscard]] Result<bank::Settings> load(const std::string& text) const {
    std::ofstream(file_) << text;
    return bank::load_settings(file_.string());
  }
  [[nodiscard]] bool refuses(std::string_view part, std::string_view replacement) const {
    std::string text(kBehindGateway);
    return !load(text.replace(text.find(part), part.size(), replacement));
  }
  const std::filesystem::path file_ =
      std::filesystem::path(::testing::TempDir()) /
      (::testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(::getpid()) + ".toml");
};

TEST_F(BankSettings, AGatewayThatCannotWorkIsRefused) {
  EXPECT_TRUE(refuses("client_id = \"demo-gateway\"", ""));
  EXPECT_TRUE(refuses("\"demo-gateway\"", "\"\""));
  EXPECT_TRUE(refuses("\"demo-gateway\"", "7"));
  EXPECT_TRUE(refuses("phantom_max_age = 90", "phantom_max_age = 0"));
  EXPECT_TRUE(refuses("phantom_max_age = 90", "phantom_max_age = \"90s\""));
  EXPECT_TRUE(refuses("phantom_max_age", "phantom_max_aeg"));
  EXPECT_TRUE(refuses("[gateway]\n", "gateway = true\n[more]\n"));
}

TEST_F(BankSettings, AListenerThatTrustsNoGatewayIsRefused) {
  EXPECT_TRUE(refuses("trusted_proxies = [\"127.0.0.1/32\"]", ""));
}

TEST_F(BankSettings, WhatIsTheGatewaysPartIsRefusedBesideIt) {
  EXPECT_TRUE(refuses("[gateway]", "require_dpop_nonce = true\n[gateway]"));
  EXPECT_TRUE(refuses("[gateway]", "introspect_jwt = true\n[gateway]"));
}

TEST_F(BankSettings, TheGatewayIsRead) {
  const auto settings = load(std::string(kBehindGateway));
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->resource.gateway->client_ids, std::vector<std::string>{"demo-gateway"});
  EXPECT_EQ(settings->resource.gateway->phantom_max_age, seconds{90});
  EXPECT_TRUE(settings->listeners.front().certificate_chain_pem.empty());
}

TEST_F(BankSettings, WithoutAGatewayThereIsNone) {
  const auto settings = load(R"(
resource = "https://localhost:8445"
issuer = "https://localhost:8443"
[listeners.api]
port = 8445
)");
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_FALSE(settings->resource.gateway);
}

}  // namespace
}  // namespace signet::test
