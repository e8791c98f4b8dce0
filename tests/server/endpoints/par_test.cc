#include "attacks/attack_fixture.h"

namespace signet {
namespace {

using test::AttackTest;
using test::error_of;
using test::with;

class Par : public AttackTest {
 protected:
  http::Response push(const test::Parameters& more, http::Fields fields = {}) {
    return server.post(kPar, authenticated(with(client.authorization_request(), more)), std::move(fields));
  }
  void expect_error(const http::Response& answer, std::string_view error) {
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(error_of(answer), error);
  }
};

// RFC9126-2.3
TEST_F(Par, ErrorsAreThoseOfTheTokenEndpoint) {
  expect_error(push({{"redirect_uri", "https://evil.example/"}}), "invalid_request");
  expect_error(push({{"scope", "openid admin"}}), "invalid_scope");
  expect_error(push({{"response_type", "token"}}), "unsupported_response_type");
  expect_error(push({{"code_challenge", ""}, {"code_challenge_method", ""}}), "invalid_request");
  expect_error(push({{"code_challenge_method", "plain"}}), "invalid_request");
}

// RFC8707-2.1
TEST_F(Par, AnApiThatTheClientMayNotUseIsAnInvalidTarget) {
  expect_error(push({{"resource", "https://payroll.example"}}), "invalid_target");
  expect_error(push({{"resource", "payroll"}}), "invalid_target");
}

// RFC9449-10.1
TEST_F(Par, AProofOfAnotherKeyThanTheNamedOneIsRefused) {
  const std::string own = test::jkt_of(client.dpop_key);
  http::Fields foreign;
  foreign.set("DPoP", proof(thiefs_key, "POST", kPar));
  const auto refused = push({{"dpop_jkt", own}}, std::move(foreign));
  EXPECT_EQ(refused.status, 400) << refused.body;
  http::Fields fitting;
  fitting.set("DPoP", proof(client.dpop_key, "POST", kPar));
  EXPECT_EQ(push({{"dpop_jkt", own}}, std::move(fitting)).status, 201);
}

// RFC9126-2.1
TEST_F(Par, ARequestUriOrRequestObjectCannotBePushed) {
  EXPECT_EQ(push({{"request_uri", "urn:ietf:params:oauth:request_uri:abc"}}).status, 400);
  EXPECT_EQ(push({{"request", "e30.e30.x"}}).status, 400);
}

// RFC9126-2.2
TEST_F(Par, TheAnswerIsCreatedAndIsNotKeptByCaches) {
  const auto answer = push({});
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.fields.get("Cache-Control"), "no-store");
  EXPECT_TRUE(test::body_of(answer).contains("expires_in"));
}

}  // namespace
}  // namespace signet
