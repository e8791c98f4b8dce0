#pragma once
// One connection: handshake, requests in order, answers, farewell.

#include <boost/asio/socket_base.hpp>

#include "base/task.h"
#include "net/io_thread.h"
#include "net/request_parser.h"
#include "net/stream.h"

namespace signet::net {

/// Runs on the thread that accepted it and frees itself at its end.
class Session {
 public:
  static void start(IoThread& thread, const Listener& listener, Socket socket);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] std::size_t index() const { return index_; }
  void set_index(std::size_t index) { index_ = index; }
  [[nodiscard]] Moment deadline() const { return deadline_; }
  /// Ends the wait that is going on and refuses any further one.
  void abort();
  /// Ends a wait for the first byte of a request.
  void close_if_idle();

 private:
  struct Ready;
  struct Received;
  Session(IoThread& thread, const Listener& listener, Socket socket, const IpAddress& address);

  static Task<void> run(std::unique_ptr<Session> self);
  Task<void> serve();
  Task<bool> shake_hands();
  Task<bool> read_request();
  Task<bool> read_more();
  Task<bool> answer();
  Task<http::Response> ask_handler(const http::Request& request);
  Task<http::Response> ask_refusal_handler(const http::Request& request, std::string_view incident,
                                           http::Response otherwise);
  Task<http::Response> make_fault_response(const http::Request& request, std::string_view what);
  Task<void> refuse(Refusal refusal);
  Task<void> refuse_body();
  Task<void> send_last(http::Response response, bool omit_body);
  Task<bool> write_out();
  Task<void> close_gently();

  void feed_parser();
  [[nodiscard]] bool wants_continue();
  [[nodiscard]] Result<void> fill_peer(http::Request& request) const;
  [[nodiscard]] std::string log_incident(std::string_view what) const;
  void expire_after(Duration delay) { deadline_ = std::chrono::steady_clock::now() + delay; }
  void never_expire() { deadline_ = Moment::max(); }
  [[nodiscard]] const ServerLimits& limits() const { return thread_.environment().limits; }
  [[nodiscard]] std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }

  IoThread& thread_;
  const Listener& listener_;
  Socket socket_;
  Stream stream_;
  RequestParser parser_;
  std::vector<char> buffer_;  // [begin_, end_) is read and not yet parsed
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string out_;
  IpAddress address_;
  http::Peer peer_;
  bool is_from_proxy_ = false;
  bool is_aborted_ = false;
  bool is_idle_ = false;
  bool is_served_before_ = false;
  bool must_continue_ = false;
  Moment deadline_ = Moment::max();
  std::size_t index_ = 0;
};

}  // namespace signet::net
