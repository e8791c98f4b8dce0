#include "net/request_check.h"

#include <algorithm>

#include "base/text.h"

namespace signet::net {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMethodAndVersionBytes = 64;
constexpr std::size_t kChunkSizeDigits = 16;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

/// Without an early end: so the compiler looks at many characters at once.
bool has_control(std::string_view text) {
  bool found = false;
  for (const char c : text) found |= is_control(c);
  return found;
}

bool is_token_character(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::optional<Refusal> check_request_line(std::string_view line, const ServerLimits& limits) {
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return Refusal{400, "The request line is not valid."};
  if (second - first - 1 > limits.target_bytes) return Refusal{414, "The request target is too long."};
  if (line.size() > limits.target_bytes + kMethodAndVersionBytes) return Refusal{400, "The request line is too long."};
  const auto is_foreign = [](char c) { return is_control(c) || c == '\t' || static_cast<unsigned char>(c) >= 0x80; };
  if (std::ranges::any_of(line, is_foreign))
    return Refusal{400, "The request line holds characters that are not allowed."};
  return std::nullopt;
}

std::optional<Refusal> check_field_line(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') return Refusal{400, "A header field is folded."};  // RFC9112-5.2
  // RFC9110-5.5: NUL, CR, LF and other controls; a CR or LF left in a line is one without its partner.
  if (has_control(line)) return Refusal{400, "A header field holds a control character."};
  return std::nullopt;
}

/// uri-host [":" port] without userinfo, path or spaces. Spec: RFC9110-7.2
bool is_valid_host(std::string_view host) {
  if (host.empty()) return false;
  std::string_view port;
  if (host.front() == '[') {
    const auto end = host.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    const auto literal = host.substr(1, end - 1);
    const auto in_literal = [](char c) { return is_token_character(c) || c == ':'; };
    if (!std::ranges::all_of(literal, in_literal)) return false;
    port = host.substr(end + 1);
  } else {
    const auto colon = host.find(':');
    const auto name = host.substr(0, colon);
    const auto in_name = [](char c) { return is_token_character(c) && c != '#' && c != '^' && c != '`' && c != '|'; };
    if (name.empty() || !std::ranges::all_of(name, in_name)) return false;
    port = colon == std::string_view::npos ? std::string_view() : host.substr(colon);
  }
  if (port.empty()) return true;
  if (port.front() != ':') return false;
  port.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return port.size() <= 5 && std::ranges::all_of(port, is_digit);
}

std::optional<Refusal> check_host(const http::Fields& fields, bool is_http11) {
  const auto count = fields.count("host");
  if (count > 1 || (is_http11 && count == 0)) return Refusal{400, "There must be one Host field."};  // RFC9112-3.2
  if (count == 1 && !is_valid_host(fields.get("host"))) return Refusal{400, "The Host field is not valid."};
  return std::nullopt;
}

std::optional<Refusal> check_transfer_encoding(const http::Fields& fields, bool is_http11) {
  const auto count = fields.count("transfer-encoding");
  if (count == 0) return std::nullopt;
  if (count > 1) return Refusal{400, "Transfer-Encoding stands more than once."};
  if (!is_http11) return Refusal{400, "HTTP/1.0 has no Transfer-Encoding."};  // RFC9112-6.1
  if (fields.count("content-length") != 0) {
    return Refusal{400, "Content-Length and Transfer-Encoding exclude each other."};  // RFC9112-6.3
  }
  if (!equals_ignoring_ascii_case(fields.get("transfer-encoding"), "chunked")) {
    return Refusal{501, "The transfer encoding is not supported."};  // RFC9112-6.1
  }
  return std::nullopt;
}

std::optional<Refusal> check_content_length(const http::Fields& fields) {
  const auto count = fields.count("content-length");
  if (count == 0) return std::nullopt;
  if (count > 1)
    return Refusal{400, "Content-Length stands more than once."};  // RFC9112-6.3: equal values are refused, too
  // A list, a sign or leading zeros are read differently by different parsers.
  if (!parse_decimal(fields.get("content-length"))) return Refusal{400, "The Content-Length is not valid."};
  return std::nullopt;
}

std::optional<Refusal> check_expect(const http::Fields& fields, bool is_http11) {
  if (!is_http11 || fields.count("expect") == 0) return std::nullopt;
  if (fields.count("expect") == 1 && equals_ignoring_ascii_case(fields.get("expect"), "100-continue"))
    return std::nullopt;
  return Refusal{417, "The expectation cannot be met."};  // RFC9110-10.1.1
}

/// The part of an absolute-form target behind its authority, which must be the one of Host. Spec: RFC9112-3.2.2
std::optional<std::string> to_origin_form(std::string_view target, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equals_ignoring_ascii_case(target.substr(0, scheme.size()), scheme)) continue;
    const auto rest = target.substr(scheme.size());
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    if (!equals_ignoring_ascii_case(authority, host)) return std::nullopt;
    const auto path = rest.substr(authority.size());
    return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
  }
  return std::nullopt;
}

std::optional<Refusal> check_target(http::Request& request) {
  if (request.target.find('#') != std::string::npos) return Refusal{400, "The request target has a fragment."};
  if (request.target.starts_with('/')) return std::nullopt;
  if (request.method == "CONNECT") return Refusal{501, "The method is not supported."};
  auto origin = to_origin_form(request.target, request.fields.get("host"));
  if (!origin) return Refusal{400, "The form of the request target is not supported."};
  request.target = std::move(*origin);
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_header_block(std::string_view block, const ServerLimits& limits) {
  const auto request_line_end = block.find(kLineEnd);
  if (auto refusal = check_request_line(block.substr(0, request_line_end), limits)) return refusal;
  if (block.size() > limits.header_bytes) return Refusal{431, "The header is too large."};
  block.remove_prefix(request_line_end + kLineEnd.size());
  for (std::size_t fields = 0; !block.empty(); ++fields) {
    const auto end = block.find(kLineEnd);
    if (end == 0) return std::nullopt;
    if (fields == limits.header_fields) return Refusal{431, "There are too many header fields."};
    if (auto refusal = check_field_line(block.substr(0, end))) return refusal;
    block.remove_prefix(end + kLineEnd.size());
  }
  return Refusal{400, "The header has no end."};
}

std::optional<Refusal> check_partial_header(std::string_view bytes, const ServerLimits& limits) {
  // A TLS hello on a plain port, or line noise: no need to wait for an end that will not come.
  if (!bytes.empty() && !is_token_character(bytes.front())) return Refusal{400, "The request line is not valid."};
  const bool in_request_line = bytes.find(kLineEnd) == std::string_view::npos;
  if (in_request_line &&
      bytes.size() > limits.target_bytes + kMethodAndVersionBytes + 1) {  // a CR may stand at its end
    return Refusal{414, "The request target is too long."};
  }
  if (bytes.size() >= limits.header_bytes) return Refusal{431, "The header is too large."};
  return std::nullopt;
}

ChunkLine check_chunk_line(std::string_view bytes, bool is_first) {
  const auto starts_like = [](std::string_view text, std::string_view expected) {
    return text.substr(0, expected.size()) == expected.substr(0, text.size());
  };
  if (!is_first) {
    if (!starts_like(bytes, kLineEnd)) return ChunkLine::Bad;
    if (bytes.size() < kLineEnd.size()) return ChunkLine::Partial;
    bytes.remove_prefix(kLineEnd.size());
  }
  const auto digits = std::min(bytes.find_first_not_of("0123456789abcdefABCDEF"), bytes.size());
  if (digits > kChunkSizeDigits) return ChunkLine::Bad;
  const auto rest = bytes.substr(digits);
  if (!starts_like(rest, kLineEnd) || (digits == 0 && !rest.empty())) return ChunkLine::Bad;
  return rest.size() < kLineEnd.size() ? ChunkLine::Partial : ChunkLine::Good;
}

std::optional<Refusal> check_request(http::Request& request, bool is_http11) {
  if (auto refusal = check_host(request.fields, is_http11)) return refusal;
  if (auto refusal = check_transfer_encoding(request.fields, is_http11)) return refusal;
  if (auto refusal = check_content_length(request.fields)) return refusal;
  if (auto refusal = check_expect(request.fields, is_http11)) return refusal;
  return check_target(request);
}

}  // namespace signet::net
