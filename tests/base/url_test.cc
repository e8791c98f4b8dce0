#include "base/url.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(ParseUrl, WhatIsNoAbsoluteUrlWithAHostIsRefused) {
  for (const auto text :
       {"", "/path", "//host/path", "example.com", "https:", "https://", "https:///path", "mailto:a@b.c",
        "https://a b/", "https://host:port/", "https://host:99999/", "https://host:0/", "https://ho st/",
        "https://[::1/", "https://host/%zz", "https://host/\n", " https://host/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

// RFC3986-3.2
TEST(ParseUrl, AHostThatGoesOnAfterAnAddressIsNotCutShort) {
  for (const auto text : {"http://127.0.0.1.evil.example/cb", "https://1.2.3.4x/", "https://[::1]evil.example/",
                          "https://host:80x/", "https://host:80.evil.example/"}) {
    const auto url = parse_url(text);
    EXPECT_TRUE(!url || (url->host != "127.0.0.1" && url->host != "1.2.3.4" && url->host != "::1" && url->port == 0))
        << text;
    EXPECT_TRUE(!url || url->path.starts_with('/')) << text;
  }
}

TEST(ParseUrl, APortBeyond65535DoesNotWrapAround) {
  for (const auto text :
       {"https://host:65536/", "https://host:65979/", "https://host:131515/", "https://host:00443/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
  EXPECT_EQ(parse_url("https://host:65535/")->port, 65535);
  EXPECT_EQ(parse_url("https://host:/")->port, 0);
}

TEST(ParseUrl, SchemeAndHostAreLowerCaseAndTheRestIsKept) {
  const Url url = parse_url("HTTPS://As.Example.COM:8443/Cb%2F?A=b#F").value();
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "as.example.com");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.path, "/Cb%2F");
  EXPECT_EQ(url.query, "A=b");
  EXPECT_TRUE(url.has_query);
  EXPECT_TRUE(url.has_fragment);
  EXPECT_EQ(url.origin(), "https://as.example.com:8443");
}

TEST(ParseUrl, UserInformationIsSeenAndIsNotTheHost) {
  const Url url = parse_url("https://as.example.com@evil.example/").value();
  EXPECT_EQ(url.userinfo, "as.example.com");
  EXPECT_EQ(url.host, "evil.example");
}

// RFC6454-6.2
TEST(ParseUrl, ADefaultPortIsLeftOutOfTheOrigin) {
  EXPECT_EQ(parse_url("https://a.example:443/x")->origin(), "https://a.example");
  EXPECT_EQ(parse_url("http://a.example:80")->origin(), "http://a.example");
  EXPECT_EQ(parse_url("http://a.example:443")->origin(), "http://a.example:443");
  EXPECT_EQ(parse_url("https://a.example")->effective_port(), 443);
  EXPECT_EQ(parse_url("https://a.example")->path, "/");
}

TEST(ParseUrl, AnIpv6HostLosesItsBracketsAndGetsThemBackInTheOrigin) {
  const Url url = parse_url("http://[::1]:8080/cb").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.origin(), "http://[::1]:8080");
  EXPECT_TRUE(url.is_loopback());
}

TEST(Loopback, ANameThatOnlyBeginsLikeALoopbackAddressIsNotOne) {
  for (const auto text :
       {"http://127.0.0.1.evil.example/", "http://127.evil.example/", "http://127.0.0.256/", "http://127.1/",
        "http://127.0.0.01/", "http://localhost.evil.example/", "http://128.0.0.1/", "http://0.0.0.0/"}) {
    const auto url = parse_url(text);
    EXPECT_TRUE(!url || !url->is_loopback()) << text;
  }
  for (const auto text : {"http://127.0.0.1/", "http://127.255.255.254:1/", "http://LOCALHOST/", "http://[::1]/"}) {
    EXPECT_TRUE(parse_url(text)->is_loopback()) << text;
  }
}

TEST(AbsoluteUri, APrivateSchemeIsAbsoluteAndAPathIsNot) {
  EXPECT_TRUE(is_absolute_uri("com.example.app:/callback"));
  EXPECT_TRUE(is_absolute_uri("urn:ietf:params:oauth:request_uri:abc"));
  EXPECT_FALSE(is_absolute_uri("/callback"));
  EXPECT_FALSE(is_absolute_uri("callback"));
}

TEST(FormValue, BrokenEscapesNulAndBadUtf8AreRefused) {
  for (const auto text : {"%", "%4", "%zz", "a%2", "%00", "%c0%af", "%ff", "%+1"})
    EXPECT_FALSE(decode_form_value(text)) << text;
}

TEST(FormValue, PlusIsASpaceAndEscapesAreDecodedOnce) {
  EXPECT_EQ(decode_form_value("a+b%20c%2Bd%2525").value(), "a b c+d%25");
  EXPECT_EQ(encode_form_value("a b+c&d=e/\xc3\xa9~"), "a+b%2Bc%26d%3De%2F%C3%A9~");
  EXPECT_EQ(encode_uri_component("a b"), "a%20b");
}

TEST(QueryParameter, ItIsAddedBeforeTheFragmentAndAfterOthers) {
  EXPECT_EQ(with_query_parameter("https://a.example/cb", "code", "x y"), "https://a.example/cb?code=x+y");
  EXPECT_EQ(with_query_parameter("https://a.example/cb?a=1", "code", "x"), "https://a.example/cb?a=1&code=x");
  EXPECT_EQ(with_query_parameter("https://a.example/cb?", "code", "x"), "https://a.example/cb?code=x");
  EXPECT_EQ(with_query_parameter("https://a.example/cb#f", "code", "x"), "https://a.example/cb?code=x#f");
  EXPECT_EQ(with_query_parameter("https://a.example/cb", "state", "a&iss=evil"),
            "https://a.example/cb?state=a%26iss%3Devil");
}

TEST(WithoutQuery, QueryAndFragmentAreLeftOut) {
  EXPECT_EQ(without_query("https://a.example/cb?code=x#f"), "https://a.example/cb");
  EXPECT_EQ(without_query("https://a.example/cb#f?x"), "https://a.example/cb");
  EXPECT_EQ(without_query("https://a.example/cb"), "https://a.example/cb");
  EXPECT_EQ(without_query(""), "");
}

}  // namespace
}  // namespace signet
