#include "remote/authorization_server.h"

#include <gtest/gtest.h>

#include "base/run_blocking.h"
#include "support/fake_authorization_server.h"

namespace signet::test {
namespace {

class TrustedServer : public ::testing::Test {
 protected:
  Result<remote::KeysPointer> keys(std::string kid = {}) { return run_blocking(known_.keys(std::move(kid))); }
  Result<remote::MetadataPointer> metadata() { return run_blocking(known_.metadata()); }

  FakeClock clock_;
  FakeAuthorizationServer server_{clock_};
  remote::AuthorizationServer known_{{.issuer = "https://as.test", .ca_pem = {}}, server_, clock_};
};

// RFC8414-3.3
TEST_F(TrustedServer, MetadataOfAnotherIssuerIsRefused) {
  server_.metadata.issuer = "https://as.test/";
  EXPECT_EQ(metadata().error().code, ErrorCode::InvalidRequest);
}

TEST_F(TrustedServer, AMetadataDocumentThatIsNoneIsRefused) {
  for (const std::string_view body : {"", "[]", "{", R"({"issuer":"https://as.test","issuer":"https://as.test"})"}) {
    FakeAuthorizationServer server(clock_);
    server.on("/.well-known/oauth-authorization-server", http::make_json_response(200, std::string(body)));
    remote::AuthorizationServer known({.issuer = "https://as.test", .ca_pem = {}}, server, clock_);
    EXPECT_FALSE(run_blocking(known.metadata())) << body;
  }
}

TEST_F(TrustedServer, APureOpenidProviderIsFoundAtItsOwnPlace) {
  server_.on("/.well-known/oauth-authorization-server", http::Response{.status = 404, .fields = {}, .body = {}});
  server_.on("/.well-known/openid-configuration",
             http::make_json_response(200, oauth::render_metadata(server_.metadata)));
  EXPECT_TRUE(metadata());
}

TEST_F(TrustedServer, KeysWithPrivatePartsAreRefused) {
  auto jwk = parse_json_object(jose::render_public_jwk(server_.signer.key.public_key())).value();
  jwk["d"] = encode_base64url(server_.signer.key.private_value().value().reveal());
  server_.on("/jwks", http::make_json_response(200, render_json(json::object{{"keys", json::array{jwk}}})));
  EXPECT_FALSE(keys());
}

TEST_F(TrustedServer, AServerThatFailsIsAskedOnceASecond) {
  server_.on("/.well-known/oauth-authorization-server", http::Response{.status = 500, .fields = {}, .body = {}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(keys().error().code, ErrorCode::Unavailable);
  EXPECT_EQ(server_.requests.size(), 1U);
  clock_.advance(seconds{1});
  EXPECT_FALSE(keys());
  EXPECT_EQ(server_.requests.size(), 2U);
}

TEST_F(TrustedServer, ADocumentThatIsNotThereIsNamedWithoutItsQuery) {
  const auto gone = [&](const std::string& path) {
    server_.on(path, http::Response{.status = 404, .fields = {}, .body = {}});
  };
  server_.metadata.jwks_uri = "https://as.test/keys?code=secret";
  gone("/keys");
  EXPECT_EQ(keys().error().detail, "https://as.test/keys: status 404");
  gone("/.well-known/oauth-authorization-server");
  gone("/.well-known/openid-configuration");
  clock_.advance(hours{1});
  EXPECT_EQ(metadata().error().detail, "https://as.test/.well-known/openid-configuration: status 404");
}

TEST_F(TrustedServer, DocumentsAreFetchedOnceAndAgainWhenTheyAreOld) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(keys("k1"));
  EXPECT_EQ(server_.count("/jwks"), 1U);
  clock_.advance(minutes{11});
  EXPECT_TRUE(keys("k1"));
  EXPECT_EQ(server_.count("/jwks"), 2U);
}

TEST_F(TrustedServer, AnUnknownKeyIsLookedForOnceInAWhile) {
  EXPECT_TRUE(keys("k1"));
  clock_.advance(seconds{11});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(keys("k2"));
  EXPECT_EQ(server_.count("/jwks"), 2U);
}

/// Holds every request until it is released.
class SlowTransport final : public remote::Transport {
 public:
  explicit SlowTransport(remote::Transport& inner) : inner_(inner) {}
  [[nodiscard]] Task<Result<http::Response>> send(net::OutgoingRequest request) override {
    co_await Held{held_};
    co_return co_await inner_.send(std::move(request));
  }
  void release_all() {
    while (!held_.empty()) {
      const auto next = held_.back();
      held_.pop_back();
      next.resume();
    }
  }
  [[nodiscard]] std::size_t held() const { return held_.size(); }

 private:
  struct Held {
    std::vector<std::coroutine_handle<>>& held;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller) const { held.push_back(caller); }
    void await_resume() const noexcept {}
  };
  remote::Transport& inner_;
  std::vector<std::coroutine_handle<>> held_;
};

Task<void> ask(remote::AuthorizationServer& server, int& answered) {
  const auto found = co_await server.keys("k1");
  answered += found ? 1 : 0;
}

TEST_F(TrustedServer, ManyWhoWaitForTheSameKeysCauseOneFetch) {
  SlowTransport slow(server_);
  remote::AuthorizationServer known({.issuer = "https://as.test", .ca_pem = {}}, slow, clock_);
  int answered = 0;
  for (int i = 0; i < 10; ++i) start_detached(ask(known, answered));
  EXPECT_EQ(slow.held(), 1U);
  EXPECT_EQ(answered, 0);
  slow.release_all();
  EXPECT_EQ(answered, 10);
  EXPECT_EQ(server_.count("/jwks"), 1U);
}

TEST_F(TrustedServer, AFailureReachesAllWhoWait) {
  server_.on("/jwks", http::Response{.status = 500, .fields = {}, .body = {}});
  SlowTransport slow(server_);
  remote::AuthorizationServer known({.issuer = "https://as.test", .ca_pem = {}}, slow, clock_);
  int answered = 0;
  for (int i = 0; i < 3; ++i) start_detached(ask(known, answered));
  slow.release_all();
  EXPECT_EQ(answered, 0);
  EXPECT_EQ(server_.count("/jwks"), 1U);
}

}  // namespace
}  // namespace signet::test
