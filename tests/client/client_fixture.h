#pragma once
// A client in front of an authorization server that does what the test says.

#include <gtest/gtest.h>

#include "base/run_blocking.h"
#include "client/client.h"
#include "support/fake_authorization_server.h"

namespace signet::test {

client::ClientConfig make_client_config();

class ClientFixture : public ::testing::Test {
 protected:
  explicit ClientFixture(client::ClientConfig config = make_client_config());
  ~ClientFixture() override;

  client::StartedLogin start(client::LoginRequest request = {});
  /// The query of an honest callback to this login.
  [[nodiscard]] std::string callback(const client::StartedLogin& login) const;
  Result<client::Login> finish(client::StartedLogin login);
  Result<client::Login> finish_with(std::string query, client::StartedLogin login);
  client::Login log_in();

  FakeClock clock_;
  FixedRandom random_;
  FakeAuthorizationServer server_{clock_};
  std::unique_ptr<client::Client> client_;
};

inline ErrorCode code_of(const auto& result) {
  return result ? ErrorCode::Bug : result.error().code;
}

}  // namespace signet::test
