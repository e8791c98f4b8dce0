#include "net/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>

namespace signet::net {
namespace {

namespace beast = boost::beast::http;
using ErrorCodeOut = boost::beast::error_code;
using BeastText = boost::beast::string_view;

constexpr std::uint64_t kReserveBytes = 16 * 1024;
constexpr Refusal kBadChunk = {400, "The chunked body is not valid."};
constexpr Refusal kLargeBody = {413, "The body is too large."};

std::string_view view(BeastText text) {
  return {text.data(), text.size()};
}

/// Writes what Beast finds straight into an http::Request.
class BeastParser final : public beast::basic_parser<true> {
 public:
  explicit BeastParser(const ServerLimits& limits) {
    // The size of the header was checked before Beast sees it.
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(limits.body_bytes);
    // One step at a time, so that `check_next` is asked before each.
    eager(false);
  }

  /// A body that is too large, when nothing is wrong with the rest. Of a length Beast says so before it has shown us
  /// the whole header.
  [[nodiscard]] Refusal refuse_body() {
    const auto reason = is_header_done_ ? std::nullopt : check_request(request, is_http11);
    request.body.clear();
    return reason.value_or(kLargeBody);
  }

  /// May Beast be shown `bytes` now? At the start of a chunk our own check comes first, because Beast takes extensions
  /// and forgets where it was when one of them is broken. It also asserts that it is never shown fewer bytes of the
  /// last chunk than the shortest end of a message has.
  [[nodiscard]] ChunkLine check_next(std::string_view bytes) const {
    constexpr std::size_t kShortestLastChunk = 5;
    if (!is_header_done() || !chunked() || chunk_left_ > 0) return ChunkLine::Good;
    const ChunkLine line = check_chunk_line(bytes, is_first_chunk_);
    return line == ChunkLine::Good && bytes.size() < kShortestLastChunk ? ChunkLine::Partial : line;
  }

  http::Request request;
  bool is_http11 = true;
  std::optional<Refusal> refusal;

 private:
  void on_request_impl(beast::verb, BeastText method, BeastText target, int version, ErrorCodeOut&) override {
    request.method = view(method);
    request.target = view(target);
    is_http11 = version >= 11;
  }
  void on_response_impl(int, BeastText, int, ErrorCodeOut&) override {}
  void on_field_impl(beast::field, BeastText name, BeastText value, ErrorCodeOut&) override {
    // RFC9110-6.5.1: a trailer may not pose as a header field.
    if (!is_header_done_) request.fields.add(view(name), view(value));
  }
  void on_header_impl(ErrorCodeOut& error) override {
    is_header_done_ = true;
    refusal = check_request(request, is_http11);
    if (refusal) error = beast::error::bad_value;
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCodeOut&) override {
    // A length that is only announced must not cost memory.
    if (length) request.body.reserve(std::min<std::uint64_t>(*length, kReserveBytes));
  }
  std::size_t on_body_impl(BeastText bytes, ErrorCodeOut&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t size, BeastText, ErrorCodeOut&) override {
    chunk_left_ = size;
    is_first_chunk_ = false;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastText bytes, ErrorCodeOut&) override {
    chunk_left_ -= bytes.size();
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(ErrorCodeOut&) override {}

  bool is_header_done_ = false;
  bool is_first_chunk_ = true;
  std::uint64_t chunk_left_ = 0;
};

Refusal refusal_of(BeastParser& parser, const ErrorCodeOut& error) {
  if (parser.refusal) return *parser.refusal;
  if (error == beast::error::body_limit) return parser.refuse_body();
  if (error == beast::error::bad_chunk) return kBadChunk;
  return {400, "The request is not valid HTTP."};
}

}  // namespace

struct RequestParser::Impl {
  explicit Impl(const ServerLimits& options) : limits(options) {}

  const ServerLimits& limits;
  std::optional<BeastParser> parser;
  State state = State::Header;
  Refusal refusal;
  std::size_t scanned = 0;  // bytes known to hold no end of header
  bool may_skip_line = true;

  void refuse(const Refusal& reason) {
    refusal = reason;
    state = State::Refused;
  }

  /// RFC9112-2.2: one empty line before the request line is ignored.
  std::size_t skip_empty_line(std::string_view bytes) {
    if (!may_skip_line || bytes.empty()) return 0;
    if (bytes == "\r") return 0;
    may_skip_line = false;
    return bytes.starts_with("\r\n") ? 2 : 0;
  }

  std::size_t feed_header(std::string_view bytes) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    if (bytes.empty() || bytes == "\r") return 0;
    const auto from = scanned < kEnd.size() ? 0 : scanned - kEnd.size() + 1;
    const auto end = bytes.find(kEnd, from);
    if (end == std::string_view::npos) {
      scanned = bytes.size();
      if (const auto reason = check_partial_header(bytes, limits)) refuse(*reason);
      return 0;
    }
    const auto block = bytes.substr(0, end + kEnd.size());
    if (const auto reason = check_header_block(block, limits)) {
      refuse(*reason);
      return 0;
    }
    state = State::Body;
    const std::size_t used = put(block);
    // Beast may want more bytes for a broken request line; it must never look for them behind what was checked.
    const bool is_whole = parser->is_header_done() && used == block.size();
    if (state != State::Refused && !is_whole) refuse({400, "The request is not valid HTTP."});
    return used;
  }

  /// Everything that Beast can use now.
  std::size_t put(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && state == State::Body) {
      ErrorCodeOut error;
      const auto rest = bytes.substr(used);
      const ChunkLine line = parser->check_next(rest);
      if (line == ChunkLine::Bad) refuse(kBadChunk);
      if (line != ChunkLine::Good) break;
      const std::size_t taken = parser->put(boost::asio::buffer(rest.data(), rest.size()), error);
      used += taken;
      if (error && error != beast::error::need_more) refuse(refusal_of(*parser, error));
      if (error || taken == 0) break;
      if (parser->is_done()) state = State::Done;
    }
    return used;
  }
};

RequestParser::RequestParser(const ServerLimits& limits) : impl_(std::make_unique<Impl>(limits)) {
  reset();
}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  impl_->parser.emplace(impl_->limits);
  impl_->state = State::Header;
  impl_->scanned = 0;
  impl_->may_skip_line = true;
}

std::size_t RequestParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  if (impl_->state == State::Header) {
    used = impl_->skip_empty_line(bytes);
    used += impl_->feed_header(bytes.substr(used));
  }
  if (impl_->state == State::Body) used += impl_->put(bytes.substr(used));
  // Of a body only an unfinished chunk header or trailer stays behind, and it must not grow without end.
  if (impl_->state == State::Body && bytes.size() - used >= impl_->limits.header_bytes) {
    impl_->refuse({431, "A chunk header or trailer is too large."});
  }
  return used;
}

RequestParser::State RequestParser::state() const {
  return impl_->state;
}
const Refusal& RequestParser::refusal() const {
  return impl_->refusal;
}
bool RequestParser::is_http11() const {
  return impl_->parser->is_http11;
}
bool RequestParser::keep_alive() const {
  return impl_->parser->keep_alive();
}
http::Request RequestParser::take_request() {
  return std::move(impl_->parser->request);
}

bool RequestParser::expects_continue() const {
  // RFC9110-10.1.1: the value was checked; HTTP/1.0 knows no 100.
  return impl_->parser->is_http11 && impl_->parser->request.fields.count("expect") != 0;
}

}  // namespace signet::net
