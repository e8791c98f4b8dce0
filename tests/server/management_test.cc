#include "server/management.h"

#include "support/database.h"

namespace signet::server {
namespace {

class ManagementListener : public testing::Test {
 protected:
  http::Response get(std::string target, std::string method = "GET") {
    const http::Request request{
        .method = std::move(method), .target = std::move(target), .fields = {}, .body = {}, .peer = {}};
    return run_blocking(management_.handle(request));
  }
  void add_issuer(bool with_key) {
    IssuerConfig config;
    config.id = "main";
    config.url = "https://id.example.com";
    config.profile = oauth::find_profile("fapi2_security");
    config.signing_algorithms = {crypto::SignatureAlgorithm::ES256};
    issuers_.push_back(test::value_of(Issuer::make(std::move(config))));
    if (!with_key) return;
    auto ring = std::make_unique<KeyRing>();
    auto key = test::value_of(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
    ring->current.push_back({.key = std::move(key), .alg = crypto::SignatureAlgorithm::ES256, .kid = "k"});
    issuers_.back()->set_keys(std::move(ring));
  }

  test::TemporaryDatabase temporary_;
  std::vector<std::unique_ptr<Issuer>> issuers_;
  Metrics metrics_;
  Management management_{temporary_.database(), issuers_, metrics_};
};

TEST_F(ManagementListener, LivesWithoutKeysOrDatabase) {
  EXPECT_EQ(get("/health/live").status, 200);
}

TEST_F(ManagementListener, IsReadyWhenDatabaseAndKeysAre) {
  add_issuer(true);
  const auto response = get("/health/ready");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"ready","database":"ok","keys":"ok"})");
  EXPECT_EQ(response.fields.get("Cache-Control"), "no-store");
}

TEST_F(ManagementListener, IsNotReadyWhenAnIssuerCannotSign) {
  add_issuer(true);
  add_issuer(false);
  const auto response = get("/health/ready");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, testing::HasSubstr(R"("keys":"missing")"));
}

/// A database whose disk is gone.
class BrokenDatabase final : public sql::Database {
 public:
  Task<Result<sql::Rows>> read(sql::Statement) override { co_return fail(ErrorCode::Unavailable, "gone"); }
  Task<Result<sql::BatchResult>> write(sql::Batch) override { co_return fail(ErrorCode::Unavailable, "gone"); }
  bool write_later(sql::Batch) override { return false; }
  void announce_to(sql::CommitListener*) override {}
  Result<void> backup(const std::string&) override { return fail(ErrorCode::Unavailable, "gone"); }
  Result<void> run_script(std::string_view) override { return fail(ErrorCode::Unavailable, "gone"); }
};

TEST_F(ManagementListener, IsNotReadyWithoutItsDatabase) {
  add_issuer(true);
  BrokenDatabase broken;
  Management management(broken, issuers_, metrics_);
  const http::Request request{.method = "GET", .target = "/health/ready", .fields = {}, .body = {}, .peer = {}};
  const auto response = run_blocking(management.handle(request));
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, testing::HasSubstr(R"("database":"failed")"));
}

TEST_F(ManagementListener, IsNotReadyWhileTheServerStops) {
  add_issuer(true);
  management_.drain();
  EXPECT_EQ(get("/health/ready").status, 503);
  EXPECT_EQ(get("/health/live").status, 200);
}

TEST_F(ManagementListener, ServesMetricsAsText) {
  const auto response = get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.fields.get("Content-Type"), Metrics::kContentType);
  EXPECT_THAT(response.body, testing::HasSubstr("signet_tokens_issued_total 0"));
}

TEST_F(ManagementListener, KnowsNothingElse) {
  EXPECT_EQ(get("/").status, 404);
  EXPECT_EQ(get("/token").status, 404);
  EXPECT_EQ(get("/health/ready", "POST").status, 405);
}

}  // namespace
}  // namespace signet::server
