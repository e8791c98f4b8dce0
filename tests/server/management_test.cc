#include "server/management.h"

#include "support/database.h"
#include "support/fakes.h"

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
  test::FakeClock clock_;
  std::string logged_;
  Log log_{LogLevel::Info, [this](std::string_view line) { logged_ += line; }};
  StorageWatch storage_{clock_, log_, metrics_};
  Management management_{temporary_.database(), storage_, issuers_, metrics_};
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
  Management management(broken, storage_, issuers_, metrics_);
  const http::Request request{.method = "GET", .target = "/health/ready", .fields = {}, .body = {}, .peer = {}};
  const auto response = run_blocking(management.handle(request));
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, testing::HasSubstr(R"("database":"failed")"));
}

/// Reads still work on a full disk.
class FullDatabase final : public sql::Database {
 public:
  explicit FullDatabase(sql::Database& database) : database_(database) {}
  Task<Result<sql::Rows>> read(sql::Statement statement) override { return database_.read(std::move(statement)); }
  Task<Result<sql::BatchResult>> write(sql::Batch batch) override {
    if (is_full) co_return fail(ErrorCode::Unavailable, "full");
    co_return co_await database_.write(std::move(batch));
  }
  bool write_later(sql::Batch) override { return false; }
  void announce_to(sql::CommitListener*) override {}
  Result<void> backup(const std::string&) override { return fail(ErrorCode::Unavailable, "full"); }
  Result<void> run_script(std::string_view) override { return fail(ErrorCode::Unavailable, "full"); }
  bool is_full = true;

 private:
  sql::Database& database_;
};

TEST_F(ManagementListener, IsNotReadyFromAFailedCommitUntilSomethingCanBeWritten) {
  add_issuer(true);
  FullDatabase full(temporary_.database());
  Management management(full, storage_, issuers_, metrics_);
  const http::Request request{.method = "GET", .target = "/health/ready", .fields = {}, .body = {}, .peer = {}};
  EXPECT_EQ(run_blocking(management.handle(request)).status, 200) << "nothing is tried while commits succeed";
  storage_.on_failed({.code = ErrorCode::Unavailable, .detail = "sqlite 13"});
  for (int times = 0; times < 2; ++times) {
    const auto response = run_blocking(management.handle(request));
    EXPECT_EQ(response.status, 503);
    EXPECT_THAT(response.body, testing::HasSubstr(R"("database":"failed")"));
  }
  full.is_full = false;
  EXPECT_EQ(run_blocking(management.handle(request)).status, 200);
  EXPECT_FALSE(storage_.is_failing());
  storage_.on_failed({.code = ErrorCode::Unavailable, .detail = "sqlite 13"});
  full.is_full = true;
  EXPECT_EQ(run_blocking(management.handle(request)).status, 503);
}

TEST_F(ManagementListener, FailuresOfTheStorageAreLoggedOnceInAWhileAndAllCounted) {
  const auto lines = [&] { return std::ranges::count(logged_, '\n'); };
  for (int times = 0; times < 3; ++times) storage_.on_failed({.code = ErrorCode::Unavailable, .detail = "sqlite 13"});
  for (int times = 0; times < 2; ++times) storage_.on_lost({.code = ErrorCode::Unavailable, .detail = "sqlite 13"});
  EXPECT_EQ(lines(), 2);
  EXPECT_THAT(logged_, testing::HasSubstr(R"("event":"storage.failed","detail":"sqlite 13")"));
  EXPECT_THAT(logged_, testing::HasSubstr(R"("event":"storage.record_lost")"));
  EXPECT_EQ(metrics_.value(Metrics::Counter::CommitsFailed), 3U);
  EXPECT_EQ(metrics_.value(Metrics::Counter::RecordsLost), 2U);
  clock_.advance(seconds{11});
  storage_.on_failed({.code = ErrorCode::Unavailable, .detail = "sqlite 13"});
  EXPECT_EQ(lines(), 3);
  EXPECT_THAT(logged_, testing::HasSubstr(R"("unsaid":"2")"));
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
  const auto refused = get("/health/ready", "POST");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.fields.get("Allow"), "GET, HEAD");
}

}  // namespace
}  // namespace signet::server
