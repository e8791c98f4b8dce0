#include "net/proxy.h"

namespace signet::net {
namespace {

const std::string kThumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

http::Request request_with(std::initializer_list<http::Field> fields) {
  http::Request request;
  for (const auto& field : fields) request.fields.add(field.name, field.value);
  return request;
}

Result<void> apply(http::Request& request, std::string_view proxy = "10.0.0.1") {
  const auto trust = *ProxyTrust::parse({"10.0.0.0/8", "fd00::/8"});
  const IpAddress address = *IpAddress::parse(proxy);
  request.peer.address = address.text();
  return apply_trusted_proxy(request, address, trust);
}

TEST(ProxyTrust, ABrokenNetworkIsRefused) {
  EXPECT_FALSE(ProxyTrust::parse({"10.0.0.0/8", "everybody"}));
}

// RFC9440-2.4
TEST(ProxyFields, AllOfThemAreTakenFromAStranger) {
  auto request = request_with({{"Client-Cert", ":AQI=:"},
                               {"client-cert-CHAIN", ":AQI=:"},
                               {"X-Forwarded-For", "1.2.3.4"},
                               {"x-forwarded-anything", "1"},
                               {"Forwarded", "for=1.2.3.4"},
                               {"Client-DPoP-JKT", kThumbprint},
                               {"Client-Certificate", "kept"},
                               {"X-Forward", "kept"}});
  remove_proxy_fields(request.fields);
  ASSERT_EQ(2U, request.fields.list().size());
  EXPECT_EQ("kept", request.fields.get("Client-Certificate"));
  EXPECT_EQ("kept", request.fields.get("X-Forward"));
}

// RFC9440-2.4
TEST(ProxyFields, UnderscoresDoNotSaveThem) {
  auto request = request_with({{"Client_Cert", ":AQI=:"},
                               {"CLIENT-CERT_CHAIN", ":AQI=:"},
                               {"client_dpop_jkt", kThumbprint},
                               {"Client-DPoP_JKT", kThumbprint},
                               {"X_Forwarded_For", "1.2.3.4"},
                               {"client_dpop_jkt_", "kept"}});
  remove_proxy_fields(request.fields);
  ASSERT_EQ(1U, request.fields.list().size());
  EXPECT_EQ("kept", request.fields.get("client_dpop_jkt_"));
}

// RFC9440-2
TEST(TrustedProxy, ItsClientCertificateIsBelieved) {
  auto request = request_with(
      {{"Client-Cert", ":AQI=:"}, {"Client-Cert-Chain", ":AwQ=:, :BQY=:"}, {"Client-Cert-Chain", ":Bwg=:"}});
  ASSERT_TRUE(apply(request));
  EXPECT_EQ((Bytes{1, 2}), request.peer.certificate);
  EXPECT_EQ((std::vector<Bytes>{{3, 4}, {5, 6}, {7, 8}}), request.peer.chain);
}

TEST(TrustedProxy, ItsOwnCertificateIsNeverTheClients) {
  auto request = request_with({});
  request.peer.certificate = {9};
  request.peer.chain = {{9}};
  ASSERT_TRUE(apply(request));
  EXPECT_TRUE(request.peer.certificate.empty());
  EXPECT_TRUE(request.peer.chain.empty());
}

// RFC9440-2.2, RFC9440-2.3
TEST(TrustedProxy, MalformedCertificateFieldsAreRefused) {
  auto broken = request_with({{"Client-Cert", "AQI="}});
  EXPECT_FALSE(apply(broken));
  auto twice = request_with({{"Client-Cert", ":AQI=:"}, {"Client-Cert", ":AQI=:"}});
  EXPECT_FALSE(apply(twice));
  auto list = request_with({{"Client-Cert", ":AQI=:, :AQI=:"}});
  EXPECT_FALSE(apply(list));
  auto chain = request_with({{"Client-Cert", ":AQI=:"}, {"Client-Cert-Chain", ":AQI=:,"}});
  EXPECT_FALSE(apply(chain));
  auto alone = request_with({{"Client-Cert-Chain", ":AQI=:"}});
  EXPECT_FALSE(apply(alone));
}

/// An operator who sets up a proxy reads in the answer which field is wrong.
TEST(TrustedProxy, AFieldThatIsMalformedIsNamed) {
  const auto refusal = [](std::initializer_list<http::Field> fields) {
    auto request = request_with(fields);
    return std::string(apply(request).error().public_text.view());
  };
  for (const std::string_view wrong : {"AQI=", ":A:", ":-----BEGIN CERTIFICATE-----:"})
    EXPECT_EQ(refusal({{"Client-Cert", std::string(wrong)}}), "Client-Cert is not a byte sequence of RFC 8941.")
        << wrong;
  EXPECT_EQ(refusal({{"Client-Cert", ":AQI=:"}, {"Client-Cert-Chain", ":AQI=:,"}}),
            "Client-Cert-Chain is not a list of byte sequences of RFC 8941.");
}

TEST(TrustedProxy, ItsDpopKeyIsBelieved) {
  auto request = request_with({{"client-dpop-jkt", kThumbprint}});
  ASSERT_TRUE(apply(request));
  EXPECT_EQ(kThumbprint, request.peer.dpop_jkt);
  EXPECT_TRUE(request.peer.is_proxied);
  auto none = request_with({});
  ASSERT_TRUE(apply(none));
  EXPECT_TRUE(none.peer.dpop_jkt.empty());
  EXPECT_TRUE(none.peer.is_proxied);
}

TEST(TrustedProxy, ADpopKeyThatIsNoThumbprintIsRefused) {
  const std::string& good = kThumbprint;
  for (const std::string& text : {std::string(), good.substr(1), good + "A", good + "=", good + "," + good,
                                  good.substr(0, 42) + "+", good.substr(0, 42) + "B", "\"" + good + "\""}) {
    auto request = request_with({{"Client-DPoP-JKT", text}});
    EXPECT_FALSE(apply(request)) << text;
  }
  auto twice = request_with({{"Client-DPoP-JKT", kThumbprint}, {"client-dpop-jkt", kThumbprint}});
  EXPECT_FALSE(apply(twice));
}

TEST(TrustedProxy, ADpopKeySpelledWithUnderscoresIsNotRead) {
  auto request = request_with({{"Client_DPoP_JKT", kThumbprint}});
  ASSERT_TRUE(apply(request));
  EXPECT_TRUE(request.peer.dpop_jkt.empty());
}

TEST(TrustedProxy, TheRightmostStrangerIsTheClient) {
  auto request = request_with({{"X-Forwarded-For", "6.6.6.6, 203.0.113.7, 10.0.0.9"}});
  ASSERT_TRUE(apply(request));
  EXPECT_EQ("203.0.113.7", request.peer.address);
}

TEST(TrustedProxy, WhatStandsLeftOfAStrangerIsNotEvenRead) {
  auto request =
      request_with({{"X-Forwarded-For", "10.0.0.5, <script>"}, {"X-Forwarded-For", "[2001:db8::7]:4711, 10.2.3.4:80"}});
  ASSERT_TRUE(apply(request));
  EXPECT_EQ("2001:db8::7", request.peer.address);
}

TEST(TrustedProxy, AnUnknownHopLeavesTheProxyThatSaidSo) {
  auto request = request_with({{"X-Forwarded-For", "1.2.3.4, unknown, 10.0.0.9"}});
  ASSERT_TRUE(apply(request));
  EXPECT_EQ("10.0.0.9", request.peer.address);
  auto none = request_with({});
  ASSERT_TRUE(apply(none));
  EXPECT_EQ("10.0.0.1", none.peer.address);
}

TEST(TrustedProxy, TheSchemeIsOneOfTwoWords) {
  auto https = request_with({{"X-Forwarded-Proto", "https"}});
  ASSERT_TRUE(apply(https));
  EXPECT_TRUE(https.peer.tls);
  auto http = request_with({{"X-Forwarded-Proto", "http"}});
  http.peer.tls = true;
  ASSERT_TRUE(apply(http));
  EXPECT_FALSE(http.peer.tls);
  auto odd = request_with({{"X-Forwarded-Proto", "https, http"}});
  EXPECT_FALSE(apply(odd));
  auto twice = request_with({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Proto", "https"}});
  EXPECT_FALSE(apply(twice));
}

}  // namespace
}  // namespace signet::net
