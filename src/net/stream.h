#pragma once
// The bytes of one connection, plain or TLS, over a non-blocking socket that somebody else owns. Nothing here waits: an
// operation that cannot go on says what to wait for.

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"

struct ssl_st;

namespace signet::net {

class TlsServerContext;

enum class Wait { None, Readable, Writable, Closed };

struct StreamResult {
  std::size_t bytes = 0;
  Wait wait = Wait::None;
};

class Stream {
 public:
  /// `tls` is null for a plain connection.
  Stream(int socket, const TlsServerContext* tls);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }
  [[nodiscard]] Wait handshake();
  [[nodiscard]] StreamResult read(std::span<char> out);
  [[nodiscard]] StreamResult write(std::string_view bytes);
  /// Bytes that `read` would give without asking the socket.
  [[nodiscard]] bool has_pending() const;
  /// Says that nothing more will be sent: close_notify, where TLS is used, and the end of the TCP stream.
  void end_sending();
  /// Throws away what has come in. Wait::Closed when the peer has ended.
  [[nodiscard]] StreamResult discard();

  /// DER of the client certificate, empty without one.
  [[nodiscard]] Bytes peer_certificate() const;
  /// What the client sent after its certificate. A resumed session does not carry it.
  [[nodiscard]] std::vector<Bytes> peer_chain() const;

 private:
  [[nodiscard]] Wait wait_of(int tls_result);

  int socket_;
  ssl_st* tls_ = nullptr;
  bool is_broken_ = false;  // after a fatal TLS error nothing may be sent any more
};

}  // namespace signet::net
