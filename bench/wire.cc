#include "wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace signet::bench {
namespace {

[[noreturn]] void die(const char* what) {
  std::perror(what);
  ERR_print_errors_fp(stderr);
  std::exit(1);
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

}  // namespace

std::shared_ptr<SSL_CTX> make_tls(const std::string& certificate_file, const std::string& key_file) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    die("client certificate");
  }
  // A read that finds only a session ticket must come back: no answer may follow it
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
  return context;
}

Wire::Wire(const Endpoint& endpoint) : socket_(connect_to(endpoint.port)) {
  if (endpoint.tls == nullptr) return;
  tls_.reset(SSL_new(endpoint.tls.get()));
  if (tls_ == nullptr || SSL_set_fd(tls_.get(), socket_) != 1 || SSL_connect(tls_.get()) != 1) die("TLS");
}

Wire::~Wire() {
  ::close(socket_);
}

bool Wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

Wire::Received Wire::receive(std::string& in) {
  char buffer[32 * 1024];
  if (!tls_) {
    const ssize_t size = ::recv(socket_, buffer, sizeof buffer, 0);
    if (size <= 0) return Received::Closed;
    in.append(buffer, static_cast<std::size_t>(size));
    return Received::Data;
  }
  do {
    const int size = SSL_read(tls_.get(), buffer, sizeof buffer);
    if (size <= 0) return SSL_get_error(tls_.get(), size) == SSL_ERROR_WANT_READ ? Received::Nothing : Received::Closed;
    in.append(buffer, static_cast<std::size_t>(size));
  } while (SSL_pending(tls_.get()) > 0);
  return Received::Data;
}

}  // namespace signet::bench
