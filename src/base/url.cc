#include "base/url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/bytes.h"
#include "base/text.h"

namespace signet {
namespace {

constexpr bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string encode(std::string_view text, bool plus) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else if (plus && c == ' ') {
      out.push_back('+');
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    }
  }
  return out;
}

std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "https") return 443;
  return scheme == "http" ? 80 : 0;
}

/// Boost.URL 1.81 ends a host after four numbers and a port after its digits, and reads the rest as a path: it takes
/// "http://127.0.0.1.evil.example/" for a URL of 127.0.0.1, where every browser goes to evil.example. So the authority
/// is measured here a second time, by the one rule that it ends at "/", "?" or "#" (RFC3986-3.2).
bool has_whole_authority(std::string_view text, const boost::urls::url_view& view) {
  if (!view.has_authority()) return true;
  const std::string_view rest = text.substr(text.find("//") + 2);
  return rest.substr(0, rest.find_first_of("/?#")) == std::string_view(view.encoded_authority());
}

std::optional<boost::urls::url_view> parse_whole(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed || !has_whole_authority(text, *parsed)) return std::nullopt;
  return *parsed;
}

/// 0 without a port. Read from the text, since the library's number wraps around at 65536.
std::optional<std::uint16_t> parse_port(const boost::urls::url_view& view) {
  if (!view.has_port() || view.port().empty()) return 0;
  const auto port = parse_decimal(view.port());
  if (!port || *port == 0 || *port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

/// Does all of it stand for itself? Without a branch for each character, so that many are looked at together.
bool is_plain(std::string_view text) {
  unsigned char special = 0;  // a byte, so that sixteen characters are looked at in one step
  for (const char c : text) {
    special |= static_cast<unsigned char>(c == '+') | static_cast<unsigned char>(c == '%') |
               static_cast<unsigned char>(static_cast<signed char>(c) <= 0);
  }
  return special == 0;
}

}  // namespace

std::string Url::origin() const {
  std::string out = scheme + "://";
  out += host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != 0) out += ":" + std::to_string(port);
  return out;
}

std::uint16_t Url::effective_port() const {
  return port != 0 ? port : default_port(scheme);
}

bool Url::is_loopback() const {
  if (host == "localhost" || host == "::1") return true;
  // All four numbers are looked at: "127.0.0.1.example.com" is somebody else's machine.
  const auto numbers = split(host, '.');
  return numbers.size() == 4 && numbers.front() == "127" && std::ranges::all_of(numbers, [](std::string_view text) {
           const auto number = parse_decimal(text);
           return number && *number <= 255;
         });
}

Result<Url> parse_url(std::string_view text) {
  const auto parsed = parse_whole(text);
  if (!parsed) return fail(ErrorCode::Malformed, "The URL is not an absolute URI.");
  const boost::urls::url_view& view = *parsed;
  if (!view.has_authority() || view.encoded_host().empty()) return fail(ErrorCode::Malformed, "The URL has no host.");
  const auto port = parse_port(view);
  if (!port) return fail(ErrorCode::Malformed, "The URL has an impossible port.");
  Url url;
  url.scheme = to_lower_ascii(view.scheme());
  url.userinfo = std::string(view.encoded_userinfo());
  url.host = to_lower_ascii(view.encoded_host());
  if (url.host.starts_with('[')) url.host = url.host.substr(1, url.host.size() - 2);
  url.port = *port == default_port(url.scheme) ? 0 : *port;
  url.path = view.encoded_path().empty() ? "/" : std::string(view.encoded_path());
  url.query = std::string(view.encoded_query());
  url.has_query = view.has_query();
  url.has_fragment = view.has_fragment();
  return url;
}

bool is_absolute_uri(std::string_view text) {
  return parse_whole(text).has_value();
}

std::string encode_form_value(std::string_view text) {
  return encode(text, true);
}
std::string encode_uri_component(std::string_view text) {
  return encode(text, false);
}

Result<std::string> decode_form_value(std::string_view text) {
  std::string out(text);
  TRY_ASSIGN(const std::string_view decoded, decode_form_value(std::span(out)));
  out.resize(decoded.size());
  return out;
}

Result<std::string_view> decode_form_value(std::span<char> text) {
  if (is_plain({text.data(), text.size()})) return std::string_view(text.data(), text.size());
  std::size_t end = 0;  // of what is decoded: never behind the character that is read
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      text[end++] = text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    if (low < 0) return fail(ErrorCode::Malformed, "A percent escape is broken.");
    text[end++] = static_cast<char>(high * 16 + low);
    i += 2;
  }
  const std::string_view decoded(text.data(), end);
  if (decoded.find('\0') != std::string_view::npos || !is_valid_utf8(decoded)) {
    return fail(ErrorCode::Malformed, "A parameter is not valid UTF-8 text.");
  }
  return decoded;
}

std::string with_query_parameter(std::string url, std::string_view name, std::string_view value) {
  const auto fragment = url.find('#');
  std::string tail;
  if (fragment != std::string::npos) {
    tail = url.substr(fragment);
    url.resize(fragment);
  }
  if (url.find('?') == std::string::npos) {
    url += '?';
  } else if (!url.ends_with('?') && !url.ends_with('&')) {
    url += '&';
  }
  url += encode_form_value(name);
  url += '=';
  url += encode_form_value(value);
  return url + tail;
}

}  // namespace signet
