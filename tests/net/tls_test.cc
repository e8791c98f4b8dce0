#include "net/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "net/certificates.h"
#include "net/loopback.h"

namespace signet::test {
namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kGetAndClose = "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

const TestIdentity& server_identity() {
  static const TestIdentity identity = make_identity("server");
  return identity;
}

/// A private key in PEM that nobody can read without its password.
std::string encrypted_key() {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  BIO* const out = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), "secret", 6, nullptr, nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(out);
  EVP_PKEY_free(key);
  return pem;
}

std::shared_ptr<const net::TlsServerContext> make_context(bool asks_for_certificate) {
  const auto& identity = server_identity();
  return *net::TlsServerContext::make({.certificate_chain_pem = identity.certificate_pem,
                                       .private_key_pem = identity.private_key_pem,
                                       .request_client_certificate = asks_for_certificate});
}

Task<http::Response> show_certificate(const http::Request& request) {
  http::Response response;
  response.body = (request.peer.tls ? "tls " : "plain ") + encode_hex(request.peer.certificate) + " " +
                  std::to_string(request.peer.chain.size());
  co_return response;
}

struct ClientOptions {
  int version = TLS1_3_VERSION;
  const TestIdentity* identity = nullptr;
  const TestIdentity* chain = nullptr;
  const char* ciphers = nullptr;
  std::string alpn = {};
  SSL_SESSION* session = nullptr;
};

/// A client made of OpenSSL's own calls, so that the test decides every detail of the handshake.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, const ClientOptions& options) : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context_, options.version);
    SSL_CTX_set_max_proto_version(context_, options.version);
    SSL_CTX_set_security_level(context_, 0);
    if (options.ciphers != nullptr) SSL_CTX_set_cipher_list(context_, options.ciphers);
    if (options.identity != nullptr) use_identity(*options.identity, options.chain);
    ssl_ = SSL_new(context_);
    if (!options.alpn.empty()) {
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(options.alpn.data()),
                          static_cast<unsigned>(options.alpn.size()));
    }
    if (options.session != nullptr) SSL_set_session(ssl_, options.session);
    connect_to(port);
    is_connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(socket_);
    ERR_clear_error();
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] bool is_resumed() const { return SSL_session_reused(ssl_) == 1; }
  [[nodiscard]] SSL* native() const { return ssl_; }
  /// The caller frees it. With TLS 1.3 it is useful only after something was read.
  [[nodiscard]] SSL_SESSION* session() const { return SSL_get1_session(ssl_); }

  std::string ask(std::string_view bytes) {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    std::string all;
    std::array<char, 16384> part;
    int count = 0;
    while ((count = SSL_read(ssl_, part.data(), part.size())) > 0) {
      all.append(part.data(), static_cast<std::size_t>(count));
      if (!bytes.contains("close") && all.contains("\r\n\r\n")) return all;
    }
    ended_cleanly_ = SSL_get_error(ssl_, count) == SSL_ERROR_ZERO_RETURN;
    return all;
  }
  [[nodiscard]] bool ended_cleanly() const { return ended_cleanly_; }

 private:
  void use_identity(const TestIdentity& identity, const TestIdentity* chain) {
    const auto own = read_certificate(identity.certificate_pem);
    SSL_CTX_use_certificate(context_, own.get());
    BIO* const bio = BIO_new_mem_buf(identity.private_key_pem.reveal().data(), -1);
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context_, key);
    EVP_PKEY_free(key);
    BIO_free(bio);
    if (chain != nullptr) SSL_CTX_add1_chain_cert(context_, read_certificate(chain->certificate_pem).get());
  }
  static std::unique_ptr<X509, decltype(&X509_free)> read_certificate(const std::string& pem) {
    BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* const certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    return {certificate, &X509_free};
  }
  void connect_to(std::uint16_t port) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(0, ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    SSL_set_fd(ssl_, socket_);
  }

  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  int socket_ = -1;
  bool is_connected_ = false;
  bool ended_cleanly_ = false;
};

std::string expected(const TestIdentity& identity, int chain = 0) {
  return "tls " + encode_hex(identity.der) + " " + std::to_string(chain);
}

TEST(TlsServerContext, ARefusalSaysWhichOfTheTwoIsWrongAndHow) {
  const auto& identity = server_identity();
  const auto refusal = [](std::string chain, std::string_view key) {
    const auto made = net::TlsServerContext::make(
        {.certificate_chain_pem = std::move(chain), .private_key_pem = SecretText(std::string(key))});
    return made ? std::string("none") : std::string(made.error().public_text.view());
  };
  const std::string_view key = identity.private_key_pem.reveal();
  const std::string broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_EQ(refusal(broken, key), "The TLS certificate must be one in PEM and is not, or is broken.");
  EXPECT_EQ(refusal(identity.certificate_pem + broken, key),
            "A certificate behind the first one of the TLS certificate is broken.");
  EXPECT_EQ(refusal(identity.certificate_pem, "no key"),
            "The TLS private key must be one in PEM and is not, or is broken.");
  EXPECT_EQ(refusal(identity.certificate_pem, make_identity("other").private_key_pem.reveal()),
            "The TLS private key is not the key of the certificate.");
  EXPECT_EQ(refusal(identity.certificate_pem, encrypted_key()),
            "The TLS private key is encrypted; it must be without a password.");
}

TEST(TlsServerContext, WhatDoesNotFitTogetherIsRefused) {
  const auto& identity = server_identity();
  const auto other = make_identity("other");
  const auto make = [](std::string chain, SecretText key) {
    return net::TlsServerContext::make({.certificate_chain_pem = std::move(chain), .private_key_pem = std::move(key)});
  };
  EXPECT_TRUE(make(identity.certificate_pem, identity.private_key_pem));
  EXPECT_TRUE(make(identity.certificate_pem + other.certificate_pem, identity.private_key_pem));
  EXPECT_FALSE(make(identity.certificate_pem, other.private_key_pem));
  EXPECT_FALSE(make("", identity.private_key_pem));
  EXPECT_FALSE(make("not a certificate", identity.private_key_pem));
  EXPECT_FALSE(make(identity.certificate_pem, SecretText("")));
  EXPECT_FALSE(make(identity.certificate_pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                    identity.private_key_pem));
}

TEST(Tls, ServesBothVersionsAndSaysGoodbye) {
  LoopbackServer server({.tls = make_context(false)});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), {.version = version});
    ASSERT_TRUE(client.is_connected());
    EXPECT_TRUE(client.ask(kGetAndClose).ends_with("GET /a "));
    EXPECT_TRUE(client.ended_cleanly()) << "without close_notify";
  }
}

TEST(Tls, OldVersionsAreRefused) {
  LoopbackServer server({.tls = make_context(false)});
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    EXPECT_FALSE(TlsClient(server.port(), {.version = version}).is_connected());
  }
}

// FAPI1-ADV-8.5
TEST(Tls, OnlyForwardSecretAuthenticatedCiphersAreAccepted) {
  LoopbackServer server({.tls = make_context(false)});
  for (const char* const ciphers :
       {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-ECDSA-AES128-CCM", "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256"}) {
    EXPECT_FALSE(TlsClient(server.port(), {.version = TLS1_2_VERSION, .ciphers = ciphers}).is_connected()) << ciphers;
  }
  EXPECT_TRUE(
      TlsClient(server.port(), {.version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"}).is_connected());
  EXPECT_TRUE(
      TlsClient(server.port(), {.version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"}).is_connected());
}

TEST(Tls, RenegotiationIsRefused) {
  LoopbackServer server({.tls = make_context(false)});
  TlsClient client(server.port(), {.version = TLS1_2_VERSION});
  ASSERT_TRUE(client.is_connected());
  EXPECT_EQ(1, SSL_renegotiate(client.native()));
  EXPECT_NE(1, SSL_do_handshake(client.native()));
}

// RFC7301-3.2
TEST(Tls, AlpnMeansHttp11OrNothing) {
  LoopbackServer server({.tls = make_context(false)});
  TlsClient both(server.port(), {.alpn = "\x02h2\x08http/1.1"});
  ASSERT_TRUE(both.is_connected());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.native(), &chosen, &size);
  EXPECT_EQ("http/1.1", std::string_view(reinterpret_cast<const char*>(chosen), size));
  EXPECT_FALSE(TlsClient(server.port(), {.version = TLS1_2_VERSION, .alpn = "\x02h2"}).is_connected());
}

TEST(Tls, AClientCertificateIsOptionalAndReachesTheHandler) {
  LoopbackServer server({.handler = show_certificate, .tls = make_context(true)});
  const auto identity = make_identity("client");
  const auto issuer = make_identity("issuer");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_TRUE(TlsClient(server.port(), {.version = version}).ask(kGetAndClose).ends_with("tls  0"));
    EXPECT_TRUE(TlsClient(server.port(), {.version = version, .identity = &identity})
                    .ask(kGetAndClose)
                    .ends_with(expected(identity)));
    EXPECT_TRUE(TlsClient(server.port(), {.version = version, .identity = &identity, .chain = &issuer})
                    .ask(kGetAndClose)
                    .ends_with(expected(identity, 1)));
  }
}

TEST(Tls, AListenerThatDoesNotAskSeesNoCertificate) {
  LoopbackServer server({.handler = show_certificate, .tls = make_context(false)});
  const auto identity = make_identity("client");
  EXPECT_TRUE(TlsClient(server.port(), {.identity = &identity}).ask(kGetAndClose).ends_with("tls  0"));
}

TEST(Tls, ASessionIsResumed) {
  LoopbackServer server({.tls = make_context(false)});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient first(server.port(), {.version = version});
    static_cast<void>(first.ask(kGetAndClose));
    SSL_SESSION* const session = first.session();
    TlsClient second(server.port(), {.version = version, .session = session});
    SSL_SESSION_free(session);
    EXPECT_TRUE(second.is_resumed()) << version;
  }
}

// A resumed session has lost the chain of its certificate, so an authority between could not be verified.
TEST(Tls, AConnectionThatMayBringACertificateBringsItsChainEachTime) {
  LoopbackServer server({.handler = show_certificate, .tls = make_context(true)});
  const auto identity = make_identity("client");
  const auto issuer = make_identity("issuer");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient first(server.port(), {.version = version, .identity = &identity, .chain = &issuer});
    ASSERT_TRUE(first.ask(kGetAndClose).ends_with(expected(identity, 1)));
    SSL_SESSION* const session = first.session();
    TlsClient second(server.port(), {.version = version, .identity = &identity, .chain = &issuer, .session = session});
    SSL_SESSION_free(session);
    EXPECT_FALSE(second.is_resumed()) << version;
    EXPECT_TRUE(second.ask(kGetAndClose).ends_with(expected(identity, 1))) << version;
  }
}

TEST(Tls, ASessionOfAnotherListenerIsNotResumed) {
  LoopbackServer one({.tls = make_context(false)});
  LoopbackServer other({.tls = make_context(false)});
  TlsClient first(one.port(), {});
  static_cast<void>(first.ask(kGetAndClose));
  SSL_SESSION* const session = first.session();
  TlsClient second(other.port(), {.session = session});
  SSL_SESSION_free(session);
  EXPECT_FALSE(second.is_resumed());
}

TEST(Tls, ManyRequestsAndLargeBodiesOnOneConnection) {
  LoopbackServer server({.tls = make_context(false)});
  TlsClient client(server.port(), {});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(200, status_of(client.ask(kGet)));
  const std::string body(100'000, 'b');
  const std::string large = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n" + body;
  EXPECT_TRUE(client.ask(large).ends_with("POST / " + body));
  EXPECT_EQ(1U, server.server().counters().accepted);
}

TEST(Tls, AHandshakeThatStallsIsCutOff) {
  LoopbackServer server({.limits = {.handshake_timeout = Duration{100}}, .tls = make_context(false)});
  RawClient client(server.port());
  client.send("\x16\x03\x01");
  EXPECT_TRUE(client.is_closed_within(Duration{2000}));
}

TEST(Tls, PlainHttpOnATlsPortGetsNothingOfUse) {
  LoopbackServer server({.tls = make_context(false)});
  EXPECT_EQ(0, status_of(ask(server.port(), kGet)));
  EXPECT_EQ(0U, server.server().counters().requests);
}

}  // namespace
}  // namespace signet::test
