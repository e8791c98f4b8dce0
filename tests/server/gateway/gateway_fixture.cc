#include "server/gateway/gateway_fixture.h"

namespace signet::test {

GatewayTest::GatewayTest(std::vector<server::IssuerConfig> issuers) : BackChannelTest(std::move(issuers)) {
  using enum server::GatewayContract;
  server.config().protected_resources = {resource("envoy", Envoy), resource("forward", ForwardAuth),
                                         resource("nginx", AuthRequest)};
  configure();
}

GatewayTest::~GatewayTest() = default;

server::ProtectedResourceConfig GatewayTest::resource(std::string name, server::GatewayContract contract) {
  server::ProtectedResourceConfig config;
  config.name = std::move(name);
  config.issuer = "main";
  config.audience = kApi;
  config.public_url = kApiOrigin;
  config.scopes = {"accounts"};
  config.accept = {"dpop", "mtls"};
  config.contract = contract;
  return config;
}

server::ProtectedResourceConfig& GatewayTest::configured(std::size_t index) {
  return server.config().protected_resources[index];
}

void GatewayTest::configure() {
  check = value_of(server::GatewayCheck::make(server.context()));
}

http::Response GatewayTest::send(const http::Request& request) {
  return run_blocking(check->handle(request));
}

http::Request GatewayTest::question(const std::string& name, const Call& call) {
  http::Request request{
      .method = "GET",
      .target = "/gateway/check/" + name,
      .fields = call.fields,
      .body = {},
      .peer = {
          .address = "10.0.0.7", .listener = "management", .tls = false, .certificate = call.certificate, .chain = {}}};
  if (name == "envoy") {
    request.method = call.method;
    request.target += call.target;
    request.fields.set("Host", "api.bank.example");
  } else if (name == "forward") {
    request.fields.set("X-Forwarded-Method", call.method);
    request.fields.set("X-Forwarded-Uri", call.target);
    request.fields.set("X-Forwarded-Proto", "https");
    request.fields.set("X-Forwarded-Host", "api.bank.example");
  } else {
    request.fields.set("X-Original-Method", call.method);
    request.fields.set("X-Original-URI", call.target);
  }
  return request;
}

http::Response GatewayTest::ask(const std::string& name, const Call& call) {
  return send(question(name, call));
}

Call GatewayTest::call_with(const std::string& access_token, const std::string& dpop_proof, const std::string& scheme) {
  Call call;
  call.fields.set("Authorization", scheme + " " + access_token);
  if (!dpop_proof.empty()) call.fields.set("DPoP", dpop_proof);
  return call;
}

std::string GatewayTest::proof_for(const std::string& access_token, const std::string& url, std::string_view method) {
  return proof(caller.dpop_key, method, url, access_token);
}

Call GatewayTest::good_call(const std::string& access_token) {
  return call_with(access_token, proof_for(access_token));
}

void GatewayTest::expect_problem(const http::Response& answer, int status, std::string_view error) {
  EXPECT_EQ(answer.status, status) << answer.body;
  EXPECT_EQ(answer.fields.get("Content-Type"), "application/problem+json");
  EXPECT_EQ(answer.fields.get("Cache-Control"), "no-store");
  EXPECT_EQ(error_of(answer), error) << answer.body;
  EXPECT_EQ(answer.fields.count("Authorization"), 0U);
  EXPECT_EQ(answer.fields.count("Client-DPoP-JKT"), 0U);
  EXPECT_EQ(answer.fields.count("Client-Cert"), 0U);
}

oauth::JwtAccessToken GatewayTest::phantom_of(const http::Response& answer) {
  EXPECT_EQ(answer.status, 200) << answer.body;
  const std::string field(answer.fields.get("Authorization"));
  EXPECT_TRUE(field.starts_with("Bearer "));
  const auto jws = value_of(jose::UnverifiedJws::parse(std::string_view(field).substr(7)));
  EXPECT_EQ(jws.header().typ, "at+jwt");
  return value_of(oauth::parse_access_token_claims(value_of(jws.verify(server.issuer().keys()->published))));
}

}  // namespace signet::test
