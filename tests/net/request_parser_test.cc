#include "net/request_parser.h"

namespace signet::net {
namespace {

using State = RequestParser::State;

const ServerLimits kLimits = {.header_bytes = 1024, .header_fields = 8, .target_bytes = 256, .body_bytes = 64};

struct Outcome {
  State state = State::Header;
  int status = 0;
  std::size_t used = 0;
  http::Request request;
  bool keep_alive = false;
};

Outcome parse(std::string_view bytes, const ServerLimits& limits = kLimits) {
  RequestParser parser(limits);
  Outcome outcome;
  outcome.used = parser.feed(bytes);
  outcome.state = parser.state();
  if (outcome.state == State::Refused) outcome.status = parser.refusal().status;
  if (outcome.state == State::Done) {
    outcome.keep_alive = parser.keep_alive();
    outcome.request = parser.take_request();
  }
  return outcome;
}

int refused(std::string_view bytes) {
  return parse(bytes).status;
}

std::string get_with(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string post_with(std::string_view fields, std::string_view body) {
  return "POST /token HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}
std::string chunked(std::string_view body) {
  return post_with("Transfer-Encoding: chunked\r\n", body);
}

TEST(RequestParser, ReadsARequestAndLeavesTheNextOne) {
  const std::string first = post_with("Content-Length: 3\r\nX-A:  b \r\n", "abc");
  const Outcome outcome = parse(first + "GET /next");
  ASSERT_EQ(State::Done, outcome.state);
  EXPECT_EQ(first.size(), outcome.used);
  EXPECT_EQ("POST", outcome.request.method);
  EXPECT_EQ("/token", outcome.request.target);
  EXPECT_EQ("b", outcome.request.fields.get("x-a"));
  EXPECT_EQ("abc", outcome.request.body);
  EXPECT_TRUE(outcome.keep_alive);
}

TEST(RequestParser, AChunkedBodyIsJoined) {
  const Outcome outcome = parse(chunked("3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"));
  ASSERT_EQ(State::Done, outcome.state);
  EXPECT_EQ("abc0123456789", outcome.request.body);
}

// RFC9112-2.2
TEST(RequestParser, BytesOneByOneGiveTheSame) {
  const std::string bytes = "\r\n" + chunked("3\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n");
  RequestParser parser(kLimits);
  std::string pending;
  for (const char c : bytes) {
    pending.push_back(c);
    pending.erase(0, parser.feed(pending));
  }
  ASSERT_EQ(State::Done, parser.state());
  EXPECT_EQ("abc0123456789", parser.take_request().body);
  EXPECT_TRUE(pending.empty());
}

TEST(RequestParser, TheLastChunkMayArriveCutAnywhere) {
  for (const std::string_view body :
       {"0\r\n\r\n", "1\r\na\r\n0\r\n\r\n", "00\r\n\r\n", "1\r\na\r\n0\r\nX: y\r\n\r\n"}) {
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
      RequestParser parser(kLimits);
      std::string pending = chunked(body.substr(0, cut));
      pending.erase(0, parser.feed(pending));
      pending += body.substr(cut);
      pending.erase(0, parser.feed(pending));
      EXPECT_EQ(State::Done, parser.state()) << body << " cut at " << cut;
    }
  }
}

TEST(RequestParser, AResetParserReadsTheNextRequest) {
  RequestParser parser(kLimits);
  const std::string bytes = get_with("");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bytes.size(), parser.feed(bytes));
    ASSERT_EQ(State::Done, parser.state());
    EXPECT_EQ(1U, parser.take_request().fields.list().size());
    parser.reset();
  }
}

// RFC9112-6.3
TEST(RequestParser, ContentLengthTogetherWithTransferEncodingIsRefused) {
  EXPECT_EQ(400, refused(post_with("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")));
  EXPECT_EQ(400, refused(post_with("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n")));
  EXPECT_EQ(400, refused(post_with("Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n", "0\r\n\r\n")));
}

TEST(RequestParser, ARepeatedContentLengthIsRefusedEvenWhenEqual) {
  EXPECT_EQ(400, refused(post_with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")));
  EXPECT_EQ(400, refused(post_with("Content-Length: 3\r\ncontent-length: 4\r\n", "abcd")));
  EXPECT_EQ(400, refused(post_with("Content-Length: 3, 3\r\n", "abc")));
}

TEST(RequestParser, AContentLengthThatIsNoPlainNumberIsRefused) {
  for (const std::string value : {"+3", "-3", "0x3", "3 3", "03", "", "3.0", "18446744073709551616"}) {
    EXPECT_EQ(400, refused(post_with("Content-Length: " + value + "\r\n", "abc"))) << value;
  }
}

// RFC9112-6.1
TEST(RequestParser, AnyTransferEncodingButChunkedIsRefused) {
  for (const std::string value : {"xchunked", "gzip", "identity", "gzip, chunked", "chunked, chunked", "chunked;q=1",
                                  "\"chunked\"", ", chunked", "chunked,", ""}) {
    EXPECT_EQ(501, refused(post_with("Transfer-Encoding: " + value + "\r\n", "0\r\n\r\n"))) << value;
  }
  EXPECT_EQ(400, refused(post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")));
  EXPECT_EQ(400, refused(post_with("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")));
  EXPECT_EQ(400, refused(post_with("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")));
  EXPECT_EQ(400, refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
}

// RFC9112-5.2
TEST(RequestParser, AFoldedFieldIsRefused) {
  EXPECT_EQ(400, refused(get_with("X-A: b\r\n c\r\n")));
  EXPECT_EQ(400, refused(get_with("Transfer-Encoding:\r\n\tchunked\r\n")));
  EXPECT_EQ(400, refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n"));
}

// RFC9110-5.5
TEST(RequestParser, ControlBytesAndBareLineEndsAreRefused) {
  EXPECT_EQ(400, refused(get_with(std::string_view("X-A: b\0c\r\n", 10))));
  EXPECT_EQ(400, refused(get_with("X-A: b\x01\r\n")));
  EXPECT_EQ(400, refused(get_with("X-A: b\x7f\r\n")));
  EXPECT_EQ(400, refused(get_with("X-A: b\nX-B: c\r\n")));
  EXPECT_EQ(400, refused(get_with("X-A: b\rX-B: c\r\n")));
  EXPECT_EQ(400, refused("GET / HTTP/1.1\nHost: a\n\r\n\r\n"));
  EXPECT_EQ(400, refused(std::string_view("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28)));
}

TEST(RequestParser, ABrokenFieldNameIsRefused) {
  EXPECT_EQ(400, refused(get_with("X A: b\r\n")));
  EXPECT_EQ(400, refused(get_with(": b\r\n")));
  EXPECT_EQ(400, refused(get_with("no colon\r\n")));
  EXPECT_EQ(400, refused(get_with("X-A : b\r\n")));
}

// RFC9112-3.2
TEST(RequestParser, ThereIsExactlyOneHost) {
  EXPECT_EQ(400, refused("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(400, refused(get_with("Host: a\r\n")));
  EXPECT_EQ(400, refused(get_with("host: b\r\n")));
  EXPECT_EQ(400, refused("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(State::Done, parse("GET / HTTP/1.0\r\n\r\n").state);
}

// RFC9110-7.2
TEST(RequestParser, AHostThatIsNoAuthorityIsRefused) {
  for (const std::string host :
       {"", "a b", "a/b", "user@a", "a:b", "a:123456", "[::1", "[]", "a,b", "a?b", "a#b", "[::1]x"}) {
    EXPECT_EQ(400, refused("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")) << host;
  }
  for (const std::string host : {"a", "as.example.com:8443", "127.0.0.1", "[::1]:80", "a:"}) {
    EXPECT_EQ(State::Done, parse("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").state) << host;
  }
}

TEST(RequestParser, TargetsOfAnotherFormAreRefused) {
  for (const std::string target : {"*", "a", "//a b", "http://other/x", "ftp://a/x", "http://a@b/", "/a#b", "http:///x",
                                   "/a\tb", "/\xc3\xa4", "a:443"}) {
    EXPECT_EQ(400, refused("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")) << target;
  }
  EXPECT_EQ(501, refused("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"));
}

// RFC9112-3.2.2
TEST(RequestParser, AnAbsoluteTargetOfTheSameHostBecomesOriginForm) {
  EXPECT_EQ("/x?y=1", parse("GET https://A/x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n").request.target);
  EXPECT_EQ("/?y=1", parse("GET http://a?y=1 HTTP/1.1\r\nHost: a\r\n\r\n").request.target);
  EXPECT_EQ("/", parse("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").request.target);
}

TEST(RequestParser, OtherVersionsAndNoiseAreRefused) {
  EXPECT_EQ(400, refused("GET / HTTP/1.2\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(400, refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(400, refused("GET / http/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(400, refused("GET /\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(400, refused("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(400, refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  EXPECT_EQ(400, refused("GET / x\r\n\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(400, refused("\r\n\r\n"));
  EXPECT_EQ(400, refused("\x16\x03\x01\x02"));
}

// RFC9112-7.1.1
TEST(RequestParser, AChunkLineIsASizeAndNothingElse) {
  EXPECT_EQ(ChunkLine::Good, check_chunk_line("1f\r\n", true));
  EXPECT_EQ(ChunkLine::Good, check_chunk_line("\r\n0\r\nX", false));
  for (const std::string_view text : {"", "1", "1\r", "ffffffffffffffff"}) {
    EXPECT_EQ(ChunkLine::Partial, check_chunk_line(text, true)) << text;
  }
  for (const std::string_view text : {"\r", "g", "1;", "1 \r\n", "1\n", "1\rx", "\r\n", "10000000000000000"}) {
    EXPECT_EQ(ChunkLine::Bad, check_chunk_line(text, true)) << text;
  }
  EXPECT_EQ(ChunkLine::Partial, check_chunk_line("\r", false));
  EXPECT_EQ(ChunkLine::Bad, check_chunk_line("1\r\n", false));
}

TEST(RequestParser, SizesAreBounded) {
  EXPECT_EQ(414, refused("GET /" + std::string(256, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(414, refused("GET /" + std::string(400, 'a')));
  EXPECT_EQ(431, refused(get_with("X-A: " + std::string(1000, 'a') + "\r\n")));
  EXPECT_EQ(431, refused("GET / HTTP/1.1\r\nX-A: " + std::string(1100, 'a')));
  std::string many;
  for (int i = 0; i < 8; ++i) many += "A: b\r\n";
  EXPECT_EQ(431, refused(get_with(many)));
}

TEST(RequestParser, BodiesAreBoundedBeforeTheyArrive) {
  EXPECT_EQ(413, refused(post_with("Content-Length: 65\r\n", "")));
  EXPECT_EQ(State::Body, parse(post_with("Content-Length: 64\r\n", "")).state);
  EXPECT_EQ(413, refused(chunked("41\r\na")));
  EXPECT_EQ(413, refused(chunked("20\r\n" + std::string(32, 'a') + "\r\n21\r\n")));
  EXPECT_EQ(413, refused(chunked("FFFFFFFFFFFFFFFF\r\n")));
  EXPECT_EQ(400, refused("POST / HTTP/1.1\r\nContent-Length: 65\r\n\r\n"));
}

TEST(RequestParser, BrokenChunksAreRefused) {
  for (const std::string body :
       {"x\r\nabc\r\n0\r\n\r\n", "-1\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", " 3\r\nabc\r\n",
        "0x3\r\nabc\r\n", "10000000000000000\r\n", "3;ext=1\r\nabc\r\n0\r\n\r\n", "3 \r\nabc\r\n",
        "3\r\nabc\r\n0;x\r\n\r\n", "3\r\nabcX\r\n", "\r\n3\r\nabc\r\n0\r\n\r\n"}) {
    EXPECT_EQ(400, refused(chunked(body + "0\r\n\r\n"))) << body;
  }
}

// RFC9110-6.5.1
TEST(RequestParser, ATrailerIsBoundedAndNeverBecomesAField) {
  const Outcome outcome = parse(chunked("0\r\nAuthorization: Bearer x\r\n\r\n"));
  ASSERT_EQ(State::Done, outcome.state);
  EXPECT_EQ(0U, outcome.request.fields.count("authorization"));
  EXPECT_EQ(431, refused(chunked("0\r\nX: " + std::string(1100, 'a'))));
}

// RFC9110-10.1.1
TEST(RequestParser, OnlyOneExpectationIsKnown) {
  EXPECT_EQ(417, refused(post_with("Expect: miracles\r\nContent-Length: 1\r\n", "")));
  RequestParser parser(kLimits);
  const std::string bytes = post_with("Expect: 100-Continue\r\nContent-Length: 1\r\n", "");
  EXPECT_EQ(bytes.size(), parser.feed(bytes));
  EXPECT_EQ(State::Body, parser.state());
  EXPECT_TRUE(parser.expects_continue());
}

TEST(RequestParser, KeepAliveFollowsVersionAndConnection) {
  EXPECT_TRUE(parse(get_with("")).keep_alive);
  EXPECT_FALSE(parse(get_with("Connection: close\r\n")).keep_alive);
  EXPECT_FALSE(parse(get_with("Connection: foo, Close\r\n")).keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

}  // namespace
}  // namespace signet::net
