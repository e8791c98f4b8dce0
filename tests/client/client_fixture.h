#pragma once
// A client in front of an authorization server that does what the test says.

#include <gtest/gtest.h>

#include "base/run_blocking.h"
#include "client/client.h"
#include "support/fake_authorization_server.h"

namespace signet::test {

inline client::ClientConfig make_client_config() {
  client::ClientConfig config;
  config.issuer = "https://as.test";
  config.credential.client_id = "demo";
  config.credential.signer = new_signer("c1");
  config.redirect_uri = "https://app.test/callback";
  config.scope = {"openid", "accounts"};
  return config;
}

class ClientFixture : public ::testing::Test {
 protected:
  explicit ClientFixture(client::ClientConfig config = make_client_config())
      : client_(client::Client::make(std::move(config), server_, clock_, random_).value()) {}

  client::StartedLogin start(client::LoginRequest request = {}) {
    return run_blocking(client_->start(std::move(request))).value();
  }
  /// The query of an honest callback to this login.
  [[nodiscard]] std::string callback(const client::StartedLogin& login) const {
    return "code=code-1&state=" + login.pending.state + "&iss=https%3A%2F%2Fas.test";
  }
  Result<client::Login> finish(client::StartedLogin login) {
    std::string query = callback(login);
    return run_blocking(client_->finish(std::move(query), std::move(login.pending)));
  }
  Result<client::Login> finish_with(std::string query, client::StartedLogin login) {
    return run_blocking(client_->finish(std::move(query), std::move(login.pending)));
  }
  client::Login log_in() { return finish(start()).value(); }

  FakeClock clock_;
  FixedRandom random_;
  FakeAuthorizationServer server_{clock_};
  std::unique_ptr<client::Client> client_;
};

inline ErrorCode code_of(const auto& result) {
  return result ? ErrorCode::Bug : result.error().code;
}

}  // namespace signet::test
