#include <stdexcept>

#include "net/loopback.h"
#include "net/timer.h"

namespace signet::test {
namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

net::ServerLimits quick_limits() {
  return {.header_timeout = Duration{150},
          .body_timeout = Duration{150},
          .idle_timeout = Duration{150},
          .write_timeout = Duration{150},
          .handshake_timeout = Duration{150}};
}

std::string post(std::string_view body, std::string_view more = {}) {
  return "POST /t HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

const std::string kThumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

/// Tells what the handler was told of the peer.
Task<http::Response> show_peer(const http::Request& request) {
  http::Response response;
  response.body = request.peer.address + "|" + request.peer.listener + "|" + (request.peer.tls ? "tls" : "plain") +
                  "|" + encode_hex(request.peer.certificate) + "|" + std::string(request.fields.get("client-cert")) +
                  "|" + request.peer.dpop_jkt + (request.peer.is_proxied ? "|proxied" : "|direct");
  co_return response;
}

TEST(Session, AnswersOnOneConnectionAgainAndAgain) {
  LoopbackServer server;
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    const std::string answer = client.send(post("x=1")).read_response();
    EXPECT_EQ(200, status_of(answer));
    EXPECT_TRUE(answer.ends_with("POST /t x=1")) << answer;
    EXPECT_TRUE(answer.contains("\r\nDate: "));
    EXPECT_FALSE(answer.contains("Connection:"));
  }
  EXPECT_EQ(1U, server.server().counters().accepted);
  EXPECT_EQ(3U, server.server().counters().requests);
}

TEST(Session, PipelinedRequestsAreAnsweredInOrder) {
  LoopbackServer server;
  std::string bytes;
  for (int i = 0; i < 50; ++i) bytes += post("n" + std::to_string(i));
  const std::string answers = ask(server.port(), bytes);
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = answers.find("POST /t n" + std::to_string(i), at);
    ASSERT_NE(std::string::npos, at) << i;
  }
}

TEST(Session, ARequestInPiecesIsARequest) {
  LoopbackServer server;
  RawClient client(server.port());
  for (const char c : post("abc")) client.send(std::string_view(&c, 1));
  EXPECT_TRUE(client.read_response().ends_with("POST /t abc"));
}

TEST(Session, ABodyLargerThanTheBufferArrivesWhole) {
  LoopbackServer server;
  const std::string body(100'000, 'b');
  RawClient client(server.port());
  EXPECT_TRUE(client.send(post(body)).read_response().ends_with("POST /t " + body));
}

TEST(Session, AHalfClosedClientStillGetsItsAnswer) {
  LoopbackServer server;
  EXPECT_EQ(200, status_of(ask(server.port(), kGet)));
}

TEST(Session, AHalfSentRequestGetsNone) {
  LoopbackServer server;
  EXPECT_EQ("", ask(server.port(), "GET /a HTTP/1.1\r\nHost: a\r\n"));
  EXPECT_EQ("", ask(server.port(), "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"));
  EXPECT_EQ(0U, server.server().counters().requests);
}

TEST(Session, ASmuggledSecondRequestIsNeverAnswered) {
  LoopbackServer server;
  const std::string smuggled = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::string fields :
       {"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: xchunked\r\n",
        "Content-Length: 0\r\nContent-Length: 34\r\n", "Transfer-Encoding:\r\n chunked\r\n",
        "X: y\nContent-Length: 34\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Content-Length: 0, 34\r\n"}) {
    const std::string answer =
        ask(server.port(), "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n0\r\n\r\n" + smuggled);
    EXPECT_GE(status_of(answer), 400) << fields;
    EXPECT_TRUE(answer.contains("Connection: close\r\n")) << fields;
    EXPECT_FALSE(answer.contains("/admin")) << fields;
  }
  EXPECT_EQ(0U, server.server().counters().requests);
  EXPECT_EQ(7U, server.server().counters().refused);
}

TEST(Session, OversizedRequestsAreToldWhy) {
  LoopbackServer server({.limits = {.header_bytes = 2048, .target_bytes = 512, .body_bytes = 100}});
  EXPECT_EQ(414, status_of(ask(server.port(), "GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n")));
  EXPECT_EQ(431,
            status_of(ask(server.port(), "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(50'000, 'a') + "\r\n\r\n")));
  EXPECT_EQ(413, status_of(ask(server.port(), post(std::string(200'000, 'a')))));
  EXPECT_EQ(501, status_of(ask(server.port(), "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n")));
}

TEST(Session, ARefusalReachesAClientThatIsStillSending) {
  LoopbackServer server({.limits = {.body_bytes = 100}});
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n");
  for (int i = 0; i < 50; ++i) client.send(std::string(10'000, 'a'));
  const std::string answer = client.read_response();
  EXPECT_EQ(413, status_of(answer));
  EXPECT_TRUE(answer.contains("\"error\":\"invalid_request\""));
}

TEST(Session, ContinueIsSaidOnceAndOnlyWhenAsked) {
  LoopbackServer server;
  RawClient client(server.port());
  client.send("POST /t HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ("HTTP/1.1 100 Continue\r\n\r\n", client.read_response(false));
  EXPECT_TRUE(client.send("abc").read_response().ends_with("POST /t abc"));
  EXPECT_EQ(200, status_of(client.send(post("abc", "Expect: 100-continue\r\n")).read_response()));
}

TEST(Session, ContinueIsNotSaidBeforeABodyThatIsTooLarge) {
  LoopbackServer server({.limits = {.body_bytes = 100}});
  RawClient client(server.port());
  client.send("POST /t HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n");
  EXPECT_EQ(413, status_of(client.read_response()));
}

TEST(Session, AnAnswerToHeadHasNoBody) {
  LoopbackServer server;
  RawClient client(server.port());
  const std::string head = client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n").read_response(false);
  EXPECT_TRUE(head.contains("Content-Length: 8\r\n")) << head;
  EXPECT_TRUE(client.send(kGet).read_response().ends_with("GET /a "));
}

TEST(Session, Http10ClosesUnlessAskedToStay) {
  LoopbackServer server;
  EXPECT_TRUE(ask(server.port(), "GET /a HTTP/1.0\r\n\r\nGET /b HTTP/1.0\r\n\r\n").ends_with("GET /a "));
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").read_response();
    EXPECT_TRUE(answer.contains("Connection: keep-alive\r\n"));
  }
}

TEST(Session, CloseIsHonoured) {
  LoopbackServer server;
  RawClient client(server.port());
  const std::string all = client.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").read_all();
  EXPECT_TRUE(all.contains("Connection: close\r\n"));
}

TEST(Session, AnExceptionOfTheHandlerIsAnIncidentAndNoMore) {
  LoopbackServer server({.handler = [](const http::Request& request) -> Task<http::Response> {
    if (request.target == "/a") throw std::runtime_error("private words");
    co_return http::Response{.body = "fine"};
  }});
  RawClient client(server.port());
  const std::string broken = client.send(kGet).read_response();
  EXPECT_EQ(500, status_of(broken));
  EXPECT_TRUE(broken.contains("\"error\":\"server_error\""));
  EXPECT_FALSE(broken.contains("private"));
  const auto at = broken.find("\"incident\":\"") + 12;
  EXPECT_TRUE(server.log_text().contains(broken.substr(at, 16)));
  EXPECT_TRUE(server.log_text().contains("private words"));
  EXPECT_TRUE(client.send("GET /b HTTP/1.1\r\nHost: a\r\n\r\n").read_response().ends_with("fine"));
}

TEST(Session, AHandlerThatThrowsBeforeItsTaskIsAnIncidentToo) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> { throw 42; }});
  EXPECT_EQ(500, status_of(ask(server.port(), kGet)));
}

TEST(Session, AResponseThatWouldSplitIsNotSent) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
    http::Response response;
    response.fields.add("Location", "/\r\nSet-Cookie: a=b");
    co_return response;
  }});
  const std::string answer = ask(server.port(), kGet);
  EXPECT_EQ(500, status_of(answer));
  EXPECT_FALSE(answer.contains("Set-Cookie"));
}

TEST(Session, ARefusalHandlerSaysWhatTheServerWouldSay) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> { throw 42; },
                         .refusal_handler = [](const http::Request& request, int status,
                                               std::string_view incident) -> Task<std::optional<http::Response>> {
                           if (request.path() == "/json") co_return std::nullopt;
                           co_return http::Response{.status = status,
                                                    .body = request.target + "|" + request.body + "|" +
                                                            std::string(incident) + "|" + request.peer.listener};
                         },
                         .limits = {.body_bytes = 100}});
  const std::string large = " HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n";
  const std::string refused = ask(server.port(), "POST /page?a" + large);
  EXPECT_EQ(413, status_of(refused));
  EXPECT_TRUE(refused.contains("Connection: close\r\n"));
  EXPECT_TRUE(refused.ends_with("/page?a|||test")) << refused;
  EXPECT_TRUE(ask(server.port(), "POST /json" + large).contains("\"error\":\"invalid_request\""));
  EXPECT_EQ(2U, server.server().counters().refused);
  const std::string chunked = "POST /page HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n60\r\n" +
                              std::string(96, 'a') + "\r\n60\r\n";
  EXPECT_TRUE(ask(server.port(), chunked).ends_with("/page|||test"));
  const std::string failed = ask(server.port(), "GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(500, status_of(failed));
  const std::string incident = failed.substr(failed.find("/page||") + 7, 16);
  EXPECT_TRUE(server.log_text().contains(incident)) << failed;
}

TEST(Session, ARefusalHandlerThatFailsLeavesTheWordToTheServer) {
  LoopbackServer server(
      {.refusal_handler = [](const http::Request&, int, std::string_view) -> Task<std::optional<http::Response>> {
         throw std::runtime_error("private words");
       },
       .limits = {.body_bytes = 100}});
  const std::string refused = ask(server.port(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n");
  EXPECT_EQ(413, status_of(refused));
  EXPECT_TRUE(refused.contains("\"error\":\"invalid_request\""));
  EXPECT_TRUE(server.log_text().contains("private words"));
}

TEST(Session, AHandlerMayWaitWhileOthersAreServed) {
  LoopbackServer server({.handler = [](const http::Request& request) -> Task<http::Response> {
    if (request.target == "/slow") co_await net::sleep_for(Duration{200});
    co_return http::Response{.body = request.target};
  }});
  RawClient slow(server.port());
  RawClient fast(server.port());
  slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(fast.send(kGet).read_response().ends_with("/a"));
  EXPECT_LT(std::chrono::steady_clock::now() - before, Duration{150});
  EXPECT_TRUE(slow.read_response().ends_with("/slow"));
}

TEST(SessionTimeouts, AHeaderThatDripsIsCutOff) {
  LoopbackServer server({.limits = quick_limits()});
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n");
  bool is_closed = false;
  for (int i = 0; i < 40 && !is_closed; ++i) {
    client.send("X-A: b\r\n");
    is_closed = client.is_closed_within(Duration{25});
  }
  EXPECT_TRUE(is_closed);
}

TEST(SessionTimeouts, ABodyThatDripsIsCutOff) {
  LoopbackServer server({.limits = quick_limits()});
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  bool is_closed = false;
  for (int i = 0; i < 40 && !is_closed; ++i) {
    client.send("a");
    is_closed = client.is_closed_within(Duration{25});
  }
  EXPECT_TRUE(is_closed);
}

TEST(SessionTimeouts, ASilentClientIsCutOff) {
  LoopbackServer server({.limits = quick_limits()});
  RawClient silent(server.port());
  EXPECT_TRUE(silent.is_closed_within(Duration{1000}));
  RawClient idle(server.port());
  EXPECT_EQ(200, status_of(idle.send(kGet).read_response()));
  EXPECT_TRUE(idle.is_closed_within(Duration{1000}));
}

TEST(SessionTimeouts, AClientThatDoesNotReadIsCutOff) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
                           co_return http::Response{.body = std::string(32 * 1024 * 1024, 'x')};
                         },
                         .limits = quick_limits()});
  RawClient client(server.port());
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return server.server().counters().requests == 1; }));
  EXPECT_TRUE(eventually([&] { return server.server().counters().open == 0; }));
}

TEST(SessionTimeouts, ASlowHandlerIsNotASlowClient) {
  LoopbackServer server({.handler = [](const http::Request&) -> Task<http::Response> {
                           co_await net::sleep_for(Duration{500});
                           co_return http::Response{.body = "late"};
                         },
                         .limits = quick_limits()});
  EXPECT_TRUE(ask(server.port(), kGet).ends_with("late"));
}

TEST(SessionLimits, AConnectionTooManyIsClosedAtOnce) {
  LoopbackServer server({.limits = {.connections_per_thread = 2}});
  RawClient first(server.port());
  RawClient second(server.port());
  EXPECT_EQ(200, status_of(first.send(kGet).read_response()));
  EXPECT_EQ(200, status_of(second.send(kGet).read_response()));
  {
    RawClient third(server.port());
    EXPECT_TRUE(third.is_closed_within(Duration{1000}));
  }
  EXPECT_EQ(200, status_of(first.send(kGet).read_response()));
  EXPECT_EQ(2U, server.server().counters().open);
}

TEST(SessionPeer, AStrangersProxyFieldsAreRemoved) {
  LoopbackServer server({.handler = show_peer});
  const auto answer = ask(server.port(),
                          "GET / HTTP/1.1\r\nHost: a\r\nClient-Cert: :AQI=:\r\nX-Forwarded-For: 6.6.6.6\r\n"
                          "X-Forwarded-Proto: https\r\nClient-DPoP-JKT: " +
                              kThumbprint + "\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("127.0.0.1|test|plain||||direct")) << answer;
}

TEST(SessionPeer, ATrustedProxySpeaksForItsClient) {
  LoopbackServer server({.handler = show_peer, .proxies = {"127.0.0.1/32"}});
  const auto answer = ask(server.port(),
                          "GET / HTTP/1.1\r\nHost: a\r\nClient-Cert: :AQI=:\r\nX-Forwarded-For: 6.6.6.6\r\n"
                          "X-Forwarded-Proto: https\r\nClient-DPoP-JKT: " +
                              kThumbprint + "\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("6.6.6.6|test|tls|0102|:AQI=:|" + kThumbprint + "|proxied")) << answer;
  // On one connection the key of a request is not the key of the next
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\nClient-DPoP-JKT: " + kThumbprint + "\r\n\r\n");
  EXPECT_TRUE(client.read_response().ends_with(kThumbprint + "|proxied"));
  EXPECT_TRUE(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read_response().ends_with("||proxied"));
  EXPECT_EQ(400, status_of(ask(server.port(), "GET / HTTP/1.1\r\nHost: a\r\nClient-DPoP-JKT: x\r\n\r\n")));
  EXPECT_EQ(400, status_of(ask(server.port(), "GET / HTTP/1.1\r\nHost: a\r\nClient-Cert: AQI=\r\n\r\n")));
}

}  // namespace
}  // namespace signet::test
