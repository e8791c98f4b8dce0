#pragma once
// An API's resource server, tokens for it, and requests that go wrong in one thing.

#include <gtest/gtest.h>

#include "base/run_blocking.h"
#include "resource/resource_server.h"
#include "support/fake_authorization_server.h"
#include "x509/certificate.h"

namespace signet::test {

inline constexpr std::string_view kApi = "https://api.test";
inline constexpr std::string_view kAccounts = "https://api.test/accounts";

resource::ResourceConfig make_resource_config();

/// A proof whose every part a test may change before it is signed.
struct ProofParts {
  json::object header;
  json::object claims;
};

class ResourceFixture : public ::testing::Test {
 protected:
  explicit ResourceFixture(resource::ResourceConfig config = make_resource_config());
  ~ResourceFixture() override;

  [[nodiscard]] std::string make_jwt(std::function<void(oauth::JwtAccessToken&)> change = {}) const;

  [[nodiscard]] ProofParts proof_parts(std::string_view token);
  [[nodiscard]] std::string sign(const ProofParts& parts) const;
  [[nodiscard]] std::string make_proof(std::string_view token);

  [[nodiscard]] http::Request make_request(std::string_view token);
  [[nodiscard]] static http::Request bare_request();

  /// The server signs with a new key, the only one it publishes, and names it nowhere.
  void publish_nameless_key();

  verify::Verdict check(const http::Request& request);
  int status(const http::Request& request);
  /// The status of a request whose proof was changed by the test.
  int status_with_proof(const std::function<void(ProofParts&)>& change);

  FakeClock clock_;
  FixedRandom random_;
  FakeAuthorizationServer server_{clock_};
  crypto::PrivateKey key_ = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256).value();
  std::unique_ptr<resource::ResourceServer> api_;
  resource::Guard guard_;
};

}  // namespace signet::test
