#pragma once
// The strict check around Beast's parser: what it lets through and another hop may read differently is refused here, so
// that nobody in front of us can be made to see other requests than we do. Spec: RFC9112, RFC9110

#include <optional>
#include <string_view>

#include "http/message.h"
#include "net/limits.h"

namespace signet::net {

/// A request that the server answers itself, with `Connection: close`.
struct Refusal {
  int status = 400;
  std::string_view reason;  ///< a constant
};

/// The bytes of a request line and its fields, up to and with the empty line, before anything has parsed them: control
/// bytes, bare CR or LF, folded fields, sizes and counts.
[[nodiscard]] std::optional<Refusal> check_header_block(std::string_view block, const ServerLimits& limits);

/// Bytes that do not yet hold the empty line: is it worth waiting for more?
[[nodiscard]] std::optional<Refusal> check_partial_header(std::string_view bytes, const ServerLimits& limits);

enum class ChunkLine { Partial, Good, Bad };

/// The start of a chunk: the end of the line before (unless it is the first), a size in hexadecimal digits, the end of
/// the line. RFC9112-7.1.1 lets a server limit chunk extensions; ours is none, for nobody needs them and parsers differ
/// on them.
[[nodiscard]] ChunkLine check_chunk_line(std::string_view bytes, bool is_first);

/// Framing, Host, Expect and the form of the target of a parsed request. An absolute-form target becomes origin form.
[[nodiscard]] std::optional<Refusal> check_request(http::Request& request, bool is_http11);

}  // namespace signet::net
