// An API behind a gateway: what it believes, and of whom.
#include "resource/resource_fixture.h"

namespace signet::test {
namespace {

constexpr std::string_view kGateway = "gateway";

resource::ResourceConfig make_gateway_config() {
  auto config = make_resource_config();
  config.issuers.front().introspection.reset();
  config.gateway = verify::GatewayTrust{.client_ids = {std::string(kGateway)}};
  return config;
}

class ApiBehindTheGateway : public ResourceFixture {
 protected:
  ApiBehindTheGateway() : ResourceFixture(make_gateway_config()) {}

  [[nodiscard]] std::string make_phantom(std::string_view gateway = kGateway) const {
    return server_.sign(oauth::kIntrospectionJwtTyp, oauth::render_introspection_claims(
                                                         server_.issuer, gateway, clock_.now(), server_.introspection));
  }
  /// As the gateway forwards it, with the key of the token.
  [[nodiscard]] http::Request forwarded(const std::string& token) const {
    http::Request request = bare_request();
    request.fields.add("Authorization", "Bearer " + token);
    request.peer.is_proxied = true;
    request.peer.dpop_jkt = jose::thumbprint(key_.public_key());
    return request;
  }
};

TEST_F(ApiBehindTheGateway, ACallPastTheGatewayIsRefused) {
  auto request = forwarded(make_phantom());
  request.peer.is_proxied = false;
  EXPECT_EQ(status(request), 401);
  EXPECT_EQ(status(make_request("opaque")), 401);  // with its proof, as it would pass at an API of its own
  auto proven = make_request(make_jwt());
  EXPECT_EQ(status(proven), 401);
  proven.peer.is_proxied = true;
  EXPECT_EQ(status(proven), 401);
  EXPECT_TRUE(server_.requests.empty());
}

TEST_F(ApiBehindTheGateway, AnOpaqueTokenIsNotAskedAbout) {
  EXPECT_EQ(status(forwarded("opaque")), 401);
  EXPECT_TRUE(server_.requests.empty());
}

TEST_F(ApiBehindTheGateway, AnotherKeyOrNoneIsRefused) {
  auto request = forwarded(make_phantom());
  request.peer.dpop_jkt.clear();
  EXPECT_EQ(status(request), 401);
  request.fields.add("DPoP", make_proof(make_phantom()));  // proofs are the gateway's part
  EXPECT_EQ(status(request), 401);
  request.peer.dpop_jkt = std::string(43, 'A');
  EXPECT_EQ(status(request), 401);
}

TEST_F(ApiBehindTheGateway, AForwardedCertificateMustBeTheTokensOwn) {
  const Bytes certificate = to_bytes("certificate of the client");
  server_.introspection.cnf = oauth::SenderConstraint::mtls(x509::certificate_thumbprint(certificate));
  auto request = forwarded(make_phantom());
  EXPECT_EQ(status(request), 401);
  request.peer.certificate = to_bytes("another");
  EXPECT_EQ(status(request), 401);
  request.peer.certificate = certificate;
  EXPECT_EQ(status(request), 200);
}

TEST_F(ApiBehindTheGateway, APhantomForAnotherGatewayOrAnotherApiIsRefused) {
  EXPECT_EQ(status(forwarded(make_phantom("another"))), 401);
  server_.introspection.aud = {"https://other.test"};
  EXPECT_EQ(status(forwarded(make_phantom())), 401);
}

TEST_F(ApiBehindTheGateway, APhantomIsRefusedWhenItIsOlderThanTheGatewayMayKeepIt) {
  const auto request = forwarded(make_phantom());
  clock_.advance(minutes{2});
  EXPECT_EQ(status(request), 200);
  clock_.advance(seconds{1});
  EXPECT_EQ(status(request), 401);
}

TEST_F(ApiBehindTheGateway, APhantomPassesWithoutAQuestionToTheServer) {
  const std::string phantom = make_phantom();
  const auto verdict = check(forwarded(phantom));
  ASSERT_TRUE(std::holds_alternative<verify::VerifiedToken>(verdict));
  EXPECT_EQ(std::get<verify::VerifiedToken>(verdict).phantom_token.reveal(), phantom);
  EXPECT_EQ(server_.count("/introspect"), 0U);
  EXPECT_EQ(server_.count("/jwks"), 1U);
}

TEST_F(ApiBehindTheGateway, ALargePhantomPasses) {
  server_.introspection.authorization_details = R"([{"type":")" + std::string(30'000, 'x') + R"("}])";
  EXPECT_EQ(status(forwarded(make_phantom())), 200);
}

TEST_F(ApiBehindTheGateway, AnAccessTokenThatTheGatewayPassesOnPasses) {
  EXPECT_EQ(status(forwarded(make_jwt())), 200);
}

using DirectApi = ResourceFixture;

// A TLS terminator knows nothing of Client-DPoP-JKT and passes on what the client wrote.
TEST_F(DirectApi, AForwardedKeyReplacesNoProofWhereThereIsNoGateway) {
  http::Request request = bare_request();
  request.fields.add("Authorization", "Bearer opaque");
  request.peer.is_proxied = true;
  request.peer.dpop_jkt = jose::thumbprint(key_.public_key());
  EXPECT_EQ(status(request), 401);
  auto proven = make_request("opaque");
  proven.peer.is_proxied = true;
  proven.peer.dpop_jkt = std::string(43, 'A');
  EXPECT_EQ(status(proven), 200);  // its proof counts
}

TEST(GatewayConfig, WhatTheGatewayDoesIsNotSetAtTheApi) {
  const auto refuses = [](auto change) {
    auto config = make_gateway_config();
    change(config);
    return !resource::check_resource_config(config).has_value();
  };
  EXPECT_TRUE(refuses([](auto& config) { config.gateway->client_ids.clear(); }));
  EXPECT_TRUE(refuses([](auto& config) { config.gateway->client_ids.emplace_back(); }));
  EXPECT_TRUE(refuses([](auto& config) { config.gateway->phantom_max_age = {}; }));
  EXPECT_TRUE(refuses([](auto& config) { config.introspect_jwt = true; }));
  EXPECT_TRUE(refuses([](auto& config) { config.require_dpop_nonce = true; }));
  EXPECT_TRUE(refuses([](auto& config) { config.issuers = make_resource_config().issuers; }));
  EXPECT_TRUE(refuses([](auto& config) { config.issuers.clear(); }));
  EXPECT_FALSE(refuses([](auto& config) { config.accept_jwt = false; }));
  EXPECT_FALSE(refuses([](auto&) {}));
}

}  // namespace
}  // namespace signet::test
