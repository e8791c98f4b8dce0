#include "net/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <new>

#include "net/tls.h"

namespace signet::net {
namespace {

StreamResult result_of_socket_call(ssize_t count, Wait when_blocked) {
  if (count > 0) return {static_cast<std::size_t>(count), Wait::None};
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return {0, when_blocked};
  return {0, Wait::Closed};
}

int as_int(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

Bytes to_der(const X509* certificate) {
  const int size = i2d_X509(certificate, nullptr);
  if (size <= 0) return {};
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* out = der.data();
  i2d_X509(certificate, &out);
  return der;
}

}  // namespace

Stream::Stream(int socket, const TlsServerContext* tls) : socket_(socket) {
  if (tls == nullptr) return;
  tls_ = SSL_new(tls->native());
  if (tls_ == nullptr || SSL_set_fd(tls_, socket) != 1) {
    SSL_free(tls_);
    throw std::bad_alloc();
  }
  SSL_set_accept_state(tls_);
}

Stream::~Stream() {
  SSL_free(tls_);
}

Wait Stream::wait_of(int tls_result) {
  switch (SSL_get_error(tls_, tls_result)) {
    case SSL_ERROR_WANT_READ:
      return Wait::Readable;
    case SSL_ERROR_WANT_WRITE:
      return Wait::Writable;
    case SSL_ERROR_ZERO_RETURN:
      return Wait::Closed;
    default:
      break;
  }
  is_broken_ = true;
  ERR_clear_error();
  return Wait::Closed;
}

Wait Stream::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_);
  return result == 1 ? Wait::None : wait_of(result);
}

StreamResult Stream::read(std::span<char> out) {
  if (!is_tls()) return result_of_socket_call(::recv(socket_, out.data(), out.size(), 0), Wait::Readable);
  ERR_clear_error();
  const int count = SSL_read(tls_, out.data(), as_int(out.size()));
  if (count > 0) return {static_cast<std::size_t>(count), Wait::None};
  return {0, wait_of(count)};
}

StreamResult Stream::write(std::string_view bytes) {
  if (!is_tls())
    return result_of_socket_call(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), Wait::Writable);
  ERR_clear_error();
  const int count = SSL_write(tls_, bytes.data(), as_int(bytes.size()));
  if (count > 0) return {static_cast<std::size_t>(count), Wait::None};
  return {0, wait_of(count)};
}

bool Stream::has_pending() const {
  return is_tls() && SSL_has_pending(tls_) == 1;
}

void Stream::end_sending() {
  if (is_tls() && !is_broken_ && SSL_is_init_finished(tls_) == 1) {
    ERR_clear_error();
    // One attempt: a peer that does not read its bytes does not wait for a farewell either.
    SSL_shutdown(tls_);
    ERR_clear_error();
  }
  ::shutdown(socket_, SHUT_WR);
}

StreamResult Stream::discard() {
  std::array<char, 8192> unread;
  return result_of_socket_call(::recv(socket_, unread.data(), unread.size(), 0), Wait::Readable);
}

Bytes Stream::peer_certificate() const {
  if (!is_tls()) return {};
  X509* const certificate = SSL_get1_peer_certificate(tls_);
  if (certificate == nullptr) return {};
  Bytes der = to_der(certificate);
  X509_free(certificate);
  return der;
}

std::vector<Bytes> Stream::peer_chain() const {
  std::vector<Bytes> chain;
  if (!is_tls()) return chain;
  // On the server's side OpenSSL leaves the client's own certificate out of the chain.
  const STACK_OF(X509)* const certificates = SSL_get_peer_cert_chain(tls_);
  for (int i = 0; i < sk_X509_num(certificates); ++i) chain.push_back(to_der(sk_X509_value(certificates, i)));
  return chain;
}

}  // namespace signet::net
