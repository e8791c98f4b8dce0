#pragma once
// One connection of the generator, plain or TLS.

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace signet::bench {

/// Where connections go to: 127.0.0.1.
struct Endpoint {
  std::uint16_t port = 0;
  std::shared_ptr<SSL_CTX> tls = {};  ///< null: plain
  /// A kept-alive connection that the server closed is opened again, and a request without any answer is sent once
  /// more, as HTTP clients do (RFC9112-9.3.1, RFC9110-9.2.2).
  bool reconnects = false;
};

/// A TLS client with a certificate. Ends the program when the files are not right.
[[nodiscard]] std::shared_ptr<SSL_CTX> make_tls(const std::string& certificate_file, const std::string& key_file);

class Wire {
 public:
  enum class Received { Data, Nothing, Closed };

  /// Connects, and ends the program when nobody listens.
  explicit Wire(const Endpoint& endpoint);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  [[nodiscard]] int socket() const { return socket_; }
  /// False: the other side has closed the connection.
  [[nodiscard]] bool send(std::string_view bytes);
  /// Appends what is there. Needs: the socket is readable
  [[nodiscard]] Received receive(std::string& in);

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  int socket_;
  std::unique_ptr<SSL, Free> tls_;
};

}  // namespace signet::bench
