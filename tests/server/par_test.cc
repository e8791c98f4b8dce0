#include <set>

#include "server/back_channel.h"

namespace signet {
namespace {

using test::BackChannelTest;
using test::expect_refused;
using test::Parameters;
using test::TestClient;
using test::text_of;
using test::with;

class PushedRequest : public BackChannelTest {
 protected:
  using BackChannelTest::BackChannelTest;
  http::Response push(const Parameters& more, const std::string& dpop_proof = "") {
    return post_as(client, kPar, with(client.authorization_request(), more), dpop_proof);
  }
};

// RFC9126-2.3
TEST_F(PushedRequest, EveryFaultIsRefusedByItsName) {
  struct Row {
    Parameters more;
    const char* error;
  };
  const Row rows[] = {
      {{{"request_uri", "https://client.example/r"}}, "invalid_request"},
      {{{"request", "e30.e30."}}, "request_not_supported"},
      {{{"response_type", ""}}, "invalid_request"},
      {{{"response_type", "code id_token"}}, "unsupported_response_type"},
      {{{"response_type", "token"}}, "unsupported_response_type"},
      {{{"response_mode", "fragment"}}, "invalid_request"},
      {{{"code_challenge", ""}}, "invalid_request"},
      {{{"code_challenge_method", ""}}, "invalid_request"},
      {{{"code_challenge_method", "plain"}}, "invalid_request"},
      {{{"code_challenge", "short"}}, "invalid_request"},
      {{{"code_challenge", std::string(44, 'a')}}, "invalid_request"},
      {{{"redirect_uri", ""}}, "invalid_request"},
      {{{"redirect_uri", "/callback"}}, "invalid_request"},
      {{{"redirect_uri", "http://client.example/callback"}}, "invalid_request"},
      {{{"redirect_uri", "https://client.example/callback#f"}}, "invalid_request"},
      {{{"redirect_uri", "https://client.example/callback?x=y"}}, "invalid_request"},
      {{{"redirect_uri", "javascript:alert(1)"}}, "invalid_request"},
      {{{"scope", "openid admin"}}, "invalid_scope"},
      {{{"scope", ""}}, "invalid_scope"},
      {{{"scope", "openid \\"}}, "invalid_scope"},
      {{{"resource", "https://payroll.example"}}, "invalid_target"},
      {{{"prompt", "none login"}}, "invalid_request"},
      {{{"max_age", "-1"}}, "invalid_request"},
      {{{"claims", "{"}}, "invalid_request"},
      {{{"dpop_jkt", "short"}}, "invalid_request"},
      {{{"nonce", std::string(513, 'n')}}, "invalid_request"},
      {{{"state", std::string(4097, 's')}}, "invalid_request"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.more.front().name + "=" + row.more.front().value.substr(0, 60));
    expect_refused(push(row.more), 400, row.error);
  }
}

TEST_F(PushedRequest, TheLongestNonceAndStateAreKept) {
  EXPECT_EQ(push({{"nonce", std::string(512, 'n')}, {"state", std::string(4096, 's')}}).status, 201);
}

// RFC6749-3.1
TEST_F(PushedRequest, AParameterThatStandsTwiceIsRefused) {
  for (const char* const name : {"scope", "redirect_uri", "state", "client_id", "response_type", "nonce"}) {
    Parameters form = with(client.authorization_request(), credentials_of(client));
    form.push_back(*std::ranges::find(form, name, &http::Form::Entry::name));
    expect_refused(server.post(kPar, form), 400, "invalid_request");
  }
}

TEST_F(PushedRequest, AResourceMayStandTwice) {
  const TestClient two = add_client("two", {{"resource", {"https://a.example", "https://b.example"}}});
  Parameters form = with(two.authorization_request(), credentials_of(two));
  for (const char* const resource : {"https://a.example", "https://b.example"}) form.push_back({"resource", resource});
  EXPECT_EQ(server.post(kPar, form).status, 201);
}

TEST_F(PushedRequest, ABodyThatIsTooLargeIsRefused) {
  expect_refused(push({{"padding", std::string(64 * 1024, 'x')}}), 413, "invalid_request");
}

// RFC9126-2.1
TEST_F(PushedRequest, OtherMethodsAndBodiesAreRefused) {
  for (const char* const method : {"GET", "PUT"}) {
    const auto answer = server.send(server.make_request(method, kPar));
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.fields.get("Allow"), "POST");
  }
  auto request = server.make_request("POST", kPar);
  request.fields.set("Content-Type", "application/json");
  request.body = "{}";
  expect_refused(server.send(request), 415, "invalid_request");
}

TEST_F(PushedRequest, AClientThatDoesNotUseCodesIsRefused) {
  const auto machine = add_client(
      "machine",
      {{"grant_types", {"client_credentials"}}, {"response_types", json::array{}}, {"redirect_uris", nullptr}});
  const auto answer = post_as(machine, kPar, machine.authorization_request());
  EXPECT_EQ(answer.status, 400) << answer.body;
}

TEST_F(PushedRequest, ARequestInTheNameOfAnotherClientIsRefused) {
  expect_refused(push({{"client_id", "client-2"}}), 401, "invalid_client");
}

// RFC9449-10.1
TEST_F(PushedRequest, AProofIsForThisAddressAndWorksOnce) {
  expect_refused(push({}, proof(client.dpop_key, "POST", kToken)), 400, "invalid_dpop_proof");
  const std::string good = proof(client.dpop_key, "POST", kPar);
  EXPECT_EQ(push({}, good).status, 201);
  expect_refused(push({}, good), 400, "invalid_dpop_proof");
}

// RFC9449-10: a code bound to a key to which no token of the client may be bound could never be redeemed
TEST_F(PushedRequest, AClientWhoseTokensAreBoundToACertificateBindsNoCodeToAKey) {
  const auto by_certificate = add_client(
      "by-certificate", {{"dpop_bound_access_tokens", false}, {"tls_client_certificate_bound_access_tokens", true}});
  const auto request = by_certificate.authorization_request();
  const auto named = post_as(by_certificate, kPar, with(request, {{"dpop_jkt", test::jkt_of(client.dpop_key)}}));
  expect_refused(named, 400, "invalid_request");
  EXPECT_THAT(named.body, testing::HasSubstr("dpop_jkt"));
  expect_refused(post_as(by_certificate, kPar, request, proof(client.dpop_key, "POST", kPar)), 400,
                 "invalid_dpop_proof");
  EXPECT_EQ(post_as(by_certificate, kPar, request).status, 201);
}

TEST_F(PushedRequest, AProofBindsTheCodeToItsKey) {
  const auto pushed = push({}, proof(client.dpop_key, "POST", kPar));
  const std::string code = browser.log_in(test::TestServer::authorization_url(client, text_of(pushed, "request_uri")));
  TestClient thief = client;
  thief.dpop_key = thiefs_key;
  expect_refused(redeem_as(thief, code), 400, "invalid_grant");
  EXPECT_EQ(redeem_as(client, code).status, 200);
}

// RFC9126-2.2, FAPI2-SP-FINAL-5.3.2.2
TEST_F(PushedRequest, IsAnsweredWithAUriNobodyCanGuess) {
  std::set<std::string> tails;
  for (int i = 0; i < 20; ++i) {
    const auto answer = push({});
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.fields.get("Content-Type"), "application/json");
    const std::string uri = text_of(answer, "request_uri");
    ASSERT_TRUE(uri.starts_with("urn:ietf:params:oauth:request_uri:")) << uri;
    EXPECT_EQ(test::body_of(answer).at("expires_in").as_int64(), 90);
    tails.insert(uri.substr(uri.size() - 22));
  }
  EXPECT_EQ(tails.size(), 20U) << "the last 128 bits differ";
}

class EssentialAcr : public PushedRequest {
 protected:
  EssentialAcr() : PushedRequest({issuer_with_levels()}) {}
  static server::IssuerConfig issuer_with_levels() {
    auto config = test::issuer_config();
    config.acr_values = {"urn:example:password"};
    return config;
  }
};

// OIDC-5.5.1.1
TEST_F(EssentialAcr, ThatCannotBeReachedIsRefusedAndAWishIsNot) {
  const auto asking = [&](const std::string& acr) { return push({{"claims", R"({"id_token":{"acr":)" + acr + "}}"}}); };
  expect_refused(asking(R"({"essential":true,"value":"urn:example:gold"})"), 400, "unmet_authentication_requirements");
  EXPECT_EQ(asking(R"({"essential":true,"values":["urn:example:gold","urn:example:password"]})").status, 201);
  EXPECT_EQ(asking(R"({"value":"urn:example:gold"})").status, 201);
}

}  // namespace
}  // namespace signet
