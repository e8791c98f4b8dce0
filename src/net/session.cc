#include "net/session.h"

#include "base/json.h"
#include "crypto/random.h"

namespace signet::net {
namespace {

constexpr std::size_t kMinimumBuffer = 16 * 1024;
constexpr std::size_t kKeptOutput = 64 * 1024;
constexpr std::size_t kLingerBytes = 1024 * 1024;
constexpr Duration kLinger{2000};
constexpr Duration kLingerWhenStopping{200};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

http::Response make_refusal_response(const Refusal& refusal) {
  JsonWriter body;
  body.text("error", refusal.status >= 500 ? "server_error" : "invalid_request")
      .text("error_description", refusal.reason);
  http::Response response = http::make_json_response(refusal.status, std::move(body).take());
  response.fields.set("Cache-Control", "no-store");
  return response;
}

http::Response make_incident_response(std::string_view incident) {
  JsonWriter body;
  body.text("error", "server_error").text("incident", incident);
  http::Response response = http::make_json_response(500, std::move(body).take());
  response.fields.set("Cache-Control", "no-store");
  return response;
}

}  // namespace

/// Waits for the socket; false when it failed or the session was aborted meanwhile.
struct Session::Ready {
  Session& session;
  Wait wait;
  bool is_ready = false;

  [[nodiscard]] bool await_ready() const noexcept { return session.is_aborted_; }
  void await_suspend(std::coroutine_handle<> caller) {
    const auto type = wait == Wait::Readable ? Socket::wait_read : Socket::wait_write;
    session.socket_.async_wait(type, [this, caller](const boost::system::error_code& error) {
      is_ready = !error;
      caller.resume();
    });
  }
  [[nodiscard]] bool await_resume() const noexcept { return is_ready && !session.is_aborted_; }
};

/// Waits for bytes of a plain connection and reads them in the same operation, which spares the reactor a change of
/// what it watches; none when the connection ended, failed or was aborted.
struct Session::Received {
  Session& session;
  std::size_t bytes = 0;

  [[nodiscard]] bool await_ready() const noexcept { return session.is_aborted_; }
  void await_suspend(std::coroutine_handle<> caller) {
    const auto room = std::span(session.buffer_).subspan(session.end_);
    session.socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                    [this, caller](const boost::system::error_code& error, std::size_t count) {
                                      bytes = error ? 0 : count;
                                      caller.resume();
                                    });
  }
  [[nodiscard]] std::size_t await_resume() const noexcept { return session.is_aborted_ ? 0 : bytes; }
};

void Session::start(IoThread& thread, const Listener& listener, Socket socket) {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;
  const auto address = IpAddress::from_socket_address(*remote.data());
  if (!address) return;
  socket.non_blocking(true, error);
  if (error) return;
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  std::unique_ptr<Session> session(new Session(thread, listener, std::move(socket), *address));
  thread.add(*session);
  start_detached(run(std::move(session)));
}

Session::Session(IoThread& thread, const Listener& listener, Socket socket, const IpAddress& address)
    : thread_(thread),
      listener_(listener),
      socket_(std::move(socket)),
      stream_(socket_.native_handle(), listener.options.tls.get()),
      parser_(thread.environment().limits),
      buffer_(std::max(kMinimumBuffer, thread.environment().limits.header_bytes)),
      address_(address),
      is_from_proxy_(listener.trust.trusts(address)) {
  peer_.address = address.text();
  peer_.listener = listener.options.name;
  peer_.tls = stream_.is_tls();
}

Session::~Session() = default;

Task<void> Session::run(std::unique_ptr<Session> self) {
  try {
    co_await self->serve();
  } catch (const std::exception& error) {
    self->thread_.environment().log.error("session_exception", {{"what", error.what()}});
  }
  self->thread_.remove(*self);
}

void Session::abort() {
  is_aborted_ = true;
  never_expire();
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Session::close_if_idle() {
  if (is_idle_) abort();
}

Task<void> Session::serve() {
  if (stream_.is_tls()) {
    const bool greeted = co_await shake_hands();
    if (!greeted) co_return;
    peer_.certificate = stream_.peer_certificate();
    peer_.chain = stream_.peer_chain();
  }
  bool goes_on = true;
  while (goes_on) {
    const bool arrived = co_await read_request();
    if (!arrived) break;
    if (parser_.state() == RequestParser::State::Refused) {
      const bool is_body = parser_.refusal().status == 413;
      if (is_body) {
        co_await refuse_body();
      } else {
        co_await refuse(parser_.refusal());
      }
      break;
    }
    goes_on = co_await answer();
  }
  co_await close_gently();
}

Task<bool> Session::shake_hands() {
  expire_after(limits().handshake_timeout);
  while (true) {
    const Wait wait = stream_.handshake();
    if (wait == Wait::None) co_return true;
    if (wait == Wait::Closed) co_return false;
    const bool ready = co_await Ready{*this, wait};
    if (!ready) co_return false;
  }
}

/// True when the parser has a request or a reason to refuse one.
Task<bool> Session::read_request() {
  parser_.reset();
  is_idle_ = unread().empty();
  expire_after(is_idle_ && is_served_before_ ? limits().idle_timeout : limits().header_timeout);
  while (true) {
    feed_parser();
    if (parser_.state() == RequestParser::State::Done || parser_.state() == RequestParser::State::Refused) break;
    if (is_idle_ && thread_.is_draining()) co_return false;
    if (wants_continue()) {
      out_ = kContinue;
      const bool sent = co_await write_out();
      if (!sent) co_return false;
    }
    const bool arrived = co_await read_more();
    if (!arrived) co_return false;
    if (std::exchange(is_idle_, false) && is_served_before_) expire_after(limits().header_timeout);
  }
  never_expire();
  is_served_before_ = true;
  co_return true;
}

void Session::feed_parser() {
  if (unread().empty()) return;
  const bool was_in_header = parser_.state() == RequestParser::State::Header;
  begin_ += parser_.feed(unread());
  if (begin_ == end_) begin_ = end_ = 0;
  if (was_in_header && parser_.state() == RequestParser::State::Body) {
    expire_after(limits().body_timeout);
    must_continue_ = parser_.expects_continue();
  }
}

/// RFC9110-10.1.1: not when the body is on its way already.
bool Session::wants_continue() {
  return std::exchange(must_continue_, false) && unread().empty();
}

Task<bool> Session::read_more() {
  if (begin_ != 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= std::exchange(begin_, 0);
  }
  // Between requests the socket is empty nearly always: asking the reactor first saves a call that would fail.
  if (is_idle_ && !stream_.is_tls()) {
    const std::size_t received = co_await Received{*this};
    end_ += received;
    co_return received > 0;
  }
  bool may_read = !is_idle_ || stream_.has_pending();
  while (true) {
    Wait wait = Wait::Readable;
    if (may_read) {
      const StreamResult result = stream_.read(std::span(buffer_).subspan(end_));
      end_ += result.bytes;
      if (result.bytes > 0) co_return true;
      if (result.wait == Wait::Closed) co_return false;
      wait = result.wait;
    }
    may_read = true;
    const bool ready = co_await Ready{*this, wait};
    if (!ready) co_return false;
  }
}

/// True when the connection stays open for another request.
Task<bool> Session::answer() {
  http::Request request = parser_.take_request();
  if (const auto known = fill_peer(request); !known) {
    co_await refuse({400, known.error().public_text.view()});
    co_return false;
  }
  thread_.count_request();
  http::Response response = co_await ask_handler(request);
  if (!is_safe_to_send(response)) {
    response = co_await make_fault_response(request, "a response field or status that cannot be sent");
  }
  const bool keep = parser_.keep_alive() && !wants_close(response) && !thread_.is_draining();
  append_response(out_, response,
                  {.keep_alive = keep, .is_http11 = parser_.is_http11(), .omit_body = request.method == "HEAD"},
                  thread_.date_line());
  const bool sent = co_await write_out();
  co_return sent&& keep;
}

Result<void> Session::fill_peer(http::Request& request) const {
  request.peer = peer_;
  if (is_from_proxy_) return apply_trusted_proxy(request, address_, listener_.trust);
  remove_proxy_fields(request.fields);  // RFC9440-2.4
  return {};
}

/// The one place where an exception of the code above becomes an answer.
Task<http::Response> Session::ask_handler(const http::Request& request) {
  std::string what = "unknown exception";
  try {
    http::Response response = co_await listener_.options.handler(request);
    co_return response;
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "not a std::exception";
  }
  co_return co_await make_fault_response(request, what);
}

/// A refusal that itself fails is said by the server: there is no third way.
Task<http::Response> Session::ask_refusal_handler(const http::Request& request, std::string_view incident,
                                                  http::Response otherwise) {
  if (!listener_.options.refusal_handler) co_return otherwise;
  std::string what = "unknown exception";
  try {
    auto response = co_await listener_.options.refusal_handler(request, otherwise.status, incident);
    if (!response) co_return otherwise;
    if (is_safe_to_send(*response)) co_return *std::move(response);
    what = "a refusal that cannot be sent";
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "not a std::exception";
  }
  (void)log_incident(what);
  co_return otherwise;
}

Task<http::Response> Session::make_fault_response(const http::Request& request, std::string_view what) {
  const std::string incident = log_incident(what);
  co_return co_await ask_refusal_handler(request, incident, make_incident_response(incident));
}

/// The name under which the log has a fault.
std::string Session::log_incident(std::string_view what) const {
  std::array<std::uint8_t, 8> id{};
  crypto::SystemRandom().fill(id);
  std::string incident = encode_hex(id);
  thread_.environment().log.error("request_failed",
                                  {{"incident", incident}, {"listener", listener_.options.name}, {"what", what}});
  return incident;
}

Task<void> Session::refuse(Refusal refusal) {
  thread_.count_refusal();
  co_await send_last(make_refusal_response(refusal), false);
}

Task<void> Session::refuse_body() {
  http::Request request = parser_.take_request();
  if (const auto known = fill_peer(request); !known) {
    co_await refuse({400, known.error().public_text.view()});
    co_return;
  }
  thread_.count_refusal();
  auto response = co_await ask_refusal_handler(request, {}, make_refusal_response(parser_.refusal()));
  co_await send_last(std::move(response), request.method == "HEAD");
}

Task<void> Session::send_last(http::Response response, bool omit_body) {
  append_response(out_, response, {.keep_alive = false, .omit_body = omit_body}, thread_.date_line());
  co_await write_out();
}

Task<bool> Session::write_out() {
  const Moment before = deadline_;
  std::size_t sent = 0;
  bool is_open = true;
  while (sent < out_.size() && is_open) {
    const StreamResult result = stream_.write(std::string_view(out_).substr(sent));
    sent += result.bytes;
    is_open = result.wait != Wait::Closed;
    if (result.wait == Wait::None || !is_open) continue;
    if (deadline_ == before) expire_after(limits().write_timeout);
    is_open = co_await Ready{*this, result.wait};
  }
  if (!is_aborted_) deadline_ = before;
  out_.clear();
  if (out_.capacity() > kKeptOutput) out_.shrink_to_fit();
  co_return is_open;
}

/// Ends our side and reads on for a moment: closing with unread bytes would reset the connection, and the client might
/// lose the answer that is still on its way.
Task<void> Session::close_gently() {
  stream_.end_sending();
  expire_after(thread_.is_draining() ? kLingerWhenStopping : kLinger);
  std::size_t discarded = 0;
  while (discarded < kLingerBytes && !is_aborted_) {
    const StreamResult result = stream_.discard();
    discarded += result.bytes;
    if (result.wait == Wait::None) continue;
    if (result.wait == Wait::Closed) co_return;
    const bool ready = co_await Ready{*this, result.wait};
    if (!ready) co_return;
  }
}

}  // namespace signet::net
