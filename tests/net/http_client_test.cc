#include "net/http_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/run_blocking.h"
#include "net/certificates.h"
#include "net/loopback.h"
#include "net/timer.h"

namespace signet::test {
namespace {

using net::HttpClient;
using net::OutgoingRequest;

constexpr net::OutboundPolicy kOpen = {.allow_private_addresses = true, .allow_plain_http = true};

Result<http::Response> send(HttpClient& client, OutgoingRequest request) {
  return run_blocking(client.send(std::move(request)));
}

ErrorCode error_of(HttpClient& client, OutgoingRequest request) {
  const auto result = send(client, std::move(request));
  return result ? ErrorCode::Bug : result.error().code;
}

/// A port where nobody listens.
std::uint16_t closed_port() {
  LoopbackServer server;
  return server.port();
}

TEST(HttpClient, BringsStatusFieldsAndBody) {
  LoopbackServer server({.handler = [](const http::Request& request) -> Task<http::Response> {
    http::Response response{.status = 418, .body = request.method + " " + request.body};
    response.fields.add("X-Answer", request.fields.get("x-question"));
    response.fields.add("X-Type", request.fields.count("content-type") == 0 ? "none" : "some");
    co_return response;
  }});
  HttpClient client(kOpen);
  OutgoingRequest request{.method = "POST", .url = server.url("/t"), .body = "a=b"};
  request.fields.add("X-Question", "42");
  const auto response = send(client, std::move(request));
  ASSERT_TRUE(response);
  EXPECT_EQ(418, response->status);
  EXPECT_EQ("42", response->fields.get("x-answer"));
  EXPECT_EQ("none", response->fields.get("x-type"));
  EXPECT_EQ("POST a=b", response->body);
}

TEST(HttpClient, EveryMethodIsSentAsItIs) {
  LoopbackServer server;
  HttpClient client(kOpen);
  for (const std::string method : {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    const auto response = send(client, {.method = method, .url = server.url("/m")});
    ASSERT_TRUE(response) << method;
    EXPECT_EQ(method + " /m ", response->body);
  }
  const auto head = send(client, {.method = "HEAD", .url = server.url("/m")});
  ASSERT_TRUE(head);
  EXPECT_EQ("", head->body);
}

TEST(HttpClient, AConnectionIsUsedAgain) {
  LoopbackServer server;
  HttpClient client(kOpen);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(send(client, {.url = server.url("/")}));
  EXPECT_EQ(1U, server.server().counters().accepted);
}

TEST(HttpClient, PrivateAddressesAreRefused) {
  LoopbackServer server;
  HttpClient client({.allow_private_addresses = false, .allow_plain_http = true});
  const std::string port = ":" + std::to_string(server.port());
  for (const std::string host : {"127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "192.168.0.1",
                                 "0.0.0.0", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "127.1", "2130706433",
                                 "0x7f000001", "0177.0.0.1", "[fe80::1]", "[fd00::1]", "100.64.0.1"}) {
    const auto code = error_of(client, {.url = "http://" + host + port + "/", .timeout = seconds{3}});
    // A form of address that our own URL parser does not take never comes as far as a socket.
    EXPECT_TRUE(code == ErrorCode::Denied || code == ErrorCode::Malformed) << host;
  }
  EXPECT_EQ(0U, server.server().counters().accepted);
}

TEST(HttpClient, OtherSchemesAndCredentialsAreRefused) {
  LoopbackServer server;
  HttpClient strict({.allow_private_addresses = true, .allow_plain_http = false});
  EXPECT_EQ(ErrorCode::Denied, error_of(strict, {.url = server.url("/")}));
  HttpClient client(kOpen);
  for (const std::string url :
       {"file://localhost/etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/"}) {
    EXPECT_EQ(ErrorCode::Denied, error_of(client, {.url = url})) << url;
  }
  EXPECT_EQ(ErrorCode::Denied, error_of(client, {.url = "http://user:pw@127.0.0.1:1/"}));
  EXPECT_EQ(ErrorCode::Malformed, error_of(client, {.url = "not a url"}));
  EXPECT_EQ(0U, server.server().counters().accepted);
}

TEST(HttpClient, AFieldThatBreaksOutOfItsLineIsRefused) {
  LoopbackServer server;
  HttpClient client(kOpen);
  OutgoingRequest request{.url = server.url("/")};
  request.fields.add("X-A", "b\r\nX-Evil: c");
  EXPECT_EQ(ErrorCode::Malformed, error_of(client, std::move(request)));
  OutgoingRequest method{.method = "GET / HTTP/1.1\r\nX: y", .url = server.url("/")};
  EXPECT_EQ(ErrorCode::Malformed, error_of(client, std::move(method)));
}

TEST(HttpClient, ARedirectIsReturnedAndNotFollowed) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
    http::Response response{.status = 302};
    response.fields.add("Location", "/elsewhere");
    co_return response;
  }});
  HttpClient client(kOpen);
  const auto response = send(client, {.url = server.url("/")});
  ASSERT_TRUE(response);
  EXPECT_EQ(302, response->status);
  EXPECT_EQ(1U, server.server().counters().requests);
}

TEST(HttpClient, AResponseThatIsTooLargeIsCutOff) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
    co_return http::Response{.body = std::string(100'000, 'x')};
  }});
  HttpClient client(kOpen);
  EXPECT_EQ(ErrorCode::TooLarge, error_of(client, {.url = server.url("/"), .max_response_bytes = 99'999}));
  EXPECT_TRUE(send(client, {.url = server.url("/"), .max_response_bytes = 100'000}));
}

TEST(HttpClient, HeadersThatAreTooLargeAreCutOff) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
    http::Response response;
    for (int i = 0; i < 100; ++i) response.fields.add("X-Long", std::string(1000, 'x'));
    co_return response;
  }});
  HttpClient client(kOpen);
  EXPECT_EQ(ErrorCode::TooLarge, error_of(client, {.url = server.url("/")}));
}

TEST(HttpClient, ASlowServerIsATimeout) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
    co_await net::sleep_for(Duration{600});
    co_return http::Response{};
  }});
  HttpClient client(kOpen);
  EXPECT_EQ(ErrorCode::Timeout, error_of(client, {.url = server.url("/"), .timeout = Duration{150}}));
}

TEST(HttpClient, AServerThatIsNotThereIsUnavailable) {
  HttpClient client(kOpen);
  EXPECT_EQ(ErrorCode::Unavailable,
            error_of(client, {.url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/"}));
}

TEST(HttpClient, AFailureNamesTheAddressWithoutItsQuery) {
  const std::string gone = "http://127.0.0.1:" + std::to_string(closed_port()) + "/path";
  HttpClient client(kOpen);
  const auto refused = send(client, {.url = gone + "?code=secret"});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().detail.starts_with(gone + ": ")) << refused.error().detail;
  EXPECT_FALSE(refused.error().detail.contains("secret")) << refused.error().detail;

  HttpClient strict({.allow_private_addresses = false, .allow_plain_http = true});
  EXPECT_EQ(send(strict, {.url = gone + "?code=secret"}).error().detail, gone);
}

TEST(HttpClient, ProxiesOfTheEnvironmentAreIgnored) {
  ::setenv("http_proxy", ("http://127.0.0.1:" + std::to_string(closed_port())).c_str(), 1);
  LoopbackServer server;
  HttpClient client(kOpen);
  EXPECT_TRUE(send(client, {.url = server.url("/")}));
  ::unsetenv("http_proxy");
}

TEST(HttpClient, CallersOfManyThreadsAreServedTogether) {
  LoopbackServer server;
  HttpClient client(kOpen);
  std::atomic<int> good = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int n = 0; n < 25; ++n) good += send(client, {.url = server.url("/")}).has_value() ? 1 : 0;
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(100, good);
}

TEST(HttpClient, AHandlerMayCallAnotherServerAndComesBackToItsThread) {
  LoopbackServer inner;
  HttpClient client(kOpen);
  LoopbackServer outer({.handler = [&](const http::Request&) -> Task<http::Response> {
    const auto before = std::this_thread::get_id();
    OutgoingRequest request{.url = inner.url("/inner")};
    const auto answer = co_await client.send(std::move(request));
    co_return http::Response{.status = answer && before == std::this_thread::get_id() ? 200 : 500,
                             .body = answer->body};
  }});
  const std::string answer = ask(outer.port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(200, status_of(answer));
  EXPECT_TRUE(answer.ends_with("GET /inner "));
}

TEST(HttpClient, WhatIsStillRunningFailsWhenTheClientGoes) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
    co_await net::sleep_for(Duration{700});
    co_return http::Response{};
  }});
  auto client = std::make_unique<HttpClient>(kOpen);
  HttpClient& called = *client;
  std::thread destroyer([&] {
    EXPECT_TRUE(eventually([&] { return server.server().counters().requests == 1; }));
    client.reset();
  });
  EXPECT_EQ(ErrorCode::Unavailable, error_of(called, {.url = server.url("/")}));
  destroyer.join();
}

class HttpClientTls : public testing::Test {
 protected:
  HttpClientTls() {
    const auto context = net::TlsServerContext::make({.certificate_chain_pem = identity_.certificate_pem,
                                                      .private_key_pem = identity_.private_key_pem,
                                                      .request_client_certificate = true});
    server_ = std::make_unique<LoopbackServer>(
        LoopbackOptions{.handler = [](const http::Request& request) -> Task<http::Response> {
                          co_return http::Response{.body = encode_hex(request.peer.certificate)};
                        },
                        .tls = *context});
  }

  [[nodiscard]] OutgoingRequest request_as(const TestIdentity* who) const {
    OutgoingRequest request{.url = server_->url("/"), .tls = {.ca_pem = identity_.certificate_pem}};
    if (who != nullptr) {
      request.tls.certificate_pem = who->certificate_pem;
      request.tls.private_key_pem = who->private_key_pem;
    }
    return request;
  }

  TestIdentity identity_ = make_identity("server");
  std::unique_ptr<LoopbackServer> server_;
  HttpClient client_{kOpen};
};

TEST_F(HttpClientTls, AnUnknownServerCertificateIsRefused) {
  EXPECT_EQ(ErrorCode::Unavailable, error_of(client_, {.url = server_->url("/")}));
  const auto other = make_identity("other");
  EXPECT_EQ(ErrorCode::Unavailable,
            error_of(client_, {.url = server_->url("/"), .tls = {.ca_pem = other.certificate_pem}}));
  EXPECT_EQ(0U, server_->server().counters().requests);
}

TEST_F(HttpClientTls, ANameThatTheCertificateDoesNotHoldIsRefused) {
  OutgoingRequest request = request_as(nullptr);
  request.url = "https://127.0.0.2:" + std::to_string(server_->port()) + "/";
  EXPECT_EQ(ErrorCode::Unavailable, error_of(client_, std::move(request)));
}

TEST_F(HttpClientTls, TheClientCertificateOfEachCallIsTheOneShown) {
  const auto alice = make_identity("alice");
  const auto bob = make_identity("bob");
  for (int i = 0; i < 2; ++i) {
    const auto anonymous = send(client_, request_as(nullptr));
    ASSERT_TRUE(anonymous);
    EXPECT_EQ("", anonymous->body);
    EXPECT_EQ(encode_hex(alice.der), send(client_, request_as(&alice))->body);
    EXPECT_EQ(encode_hex(bob.der), send(client_, request_as(&bob))->body);
  }
  EXPECT_EQ(3U, server_->server().counters().accepted) << "connections are kept by identity";
}

TEST_F(HttpClientTls, AKeyThatDoesNotFitIsRefused) {
  const auto alice = make_identity("alice");
  OutgoingRequest request = request_as(&alice);
  request.tls.private_key_pem = identity_.private_key_pem;
  EXPECT_EQ(ErrorCode::Unavailable, error_of(client_, std::move(request)));
}

}  // namespace
}  // namespace signet::test
