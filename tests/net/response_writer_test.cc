#include "net/response_writer.h"

namespace signet::net {
namespace {

std::string written(const http::Response& response, ResponseFraming framing = {}) {
  std::string out;
  append_response(out, response, framing, "Date: now\r\n");
  return out;
}

TEST(ResponseWriter, WritesHeadAndBody) {
  http::Response response;
  response.fields.add("X-A", "b");
  response.body = "hello";
  EXPECT_EQ("HTTP/1.1 200 OK\r\nDate: now\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello", written(response));
}

TEST(ResponseWriter, TheHandlerCannotChangeTheFraming) {
  http::Response response;
  for (const std::string_view name : {"content-length", "Transfer-Encoding", "Connection", "Keep-Alive", "DATE"}) {
    response.fields.add(name, "7");
  }
  EXPECT_EQ("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 0\r\n\r\n", written(response));
}

TEST(ResponseWriter, AnAnswerToHeadTellsTheLengthWithoutTheBody) {
  EXPECT_TRUE(written({.body = "hello"}, {.omit_body = true}).ends_with("Content-Length: 5\r\n\r\n"));
}

// RFC9110-6.4.1, RFC9110-8.6
TEST(ResponseWriter, NoContentHasNoLength) {
  EXPECT_EQ("HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n", written({.status = 204, .body = "lost"}));
}

TEST(ResponseWriter, SaysWhatBecomesOfTheConnection) {
  EXPECT_TRUE(written({}, {.keep_alive = false}).contains("Connection: close\r\n"));
  EXPECT_TRUE(written({}, {.is_http11 = false}).contains("Connection: keep-alive\r\n"));
}

TEST(ResponseWriter, AFieldThatBreaksOutOfItsLineIsNotSafe) {
  const auto is_safe = [](std::string_view name, std::string_view value) {
    http::Response response;
    response.fields.add(name, value);
    return is_safe_to_send(response);
  };
  EXPECT_TRUE(is_safe("Location", "https://a/?b=c"));
  EXPECT_FALSE(is_safe("Location", "https://a/\r\nSet-Cookie: x=y"));
  EXPECT_FALSE(is_safe("Location", "https://a/\n"));
  EXPECT_FALSE(is_safe("X A", "b"));
  EXPECT_FALSE(is_safe("X:", "b"));
  EXPECT_FALSE(is_safe("", "b"));
  EXPECT_FALSE(is_safe_to_send({.status = 101}));
  EXPECT_FALSE(is_safe_to_send({.status = 1200}));
}

TEST(DateLine, IsAnImfFixdate) {
  DateLine line;
  EXPECT_EQ("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", line.at(from_unix_seconds(784111777)));
  EXPECT_EQ("Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n", line.at(from_unix_millis(784111778999)));
  EXPECT_EQ("Date: Thu, 29 Feb 2024 23:59:59 GMT\r\n", line.at(from_unix_seconds(1709251199)));
}

}  // namespace
}  // namespace signet::net
