#include "base/url.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/bytes.h"
#include "base/text.h"

namespace signet {
namespace {

constexpr bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~';
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

}  // namespace

std::string Url::origin() const {
  std::string out = scheme + "://";
  out += host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != 0) out += ":" + std::to_string(port);
  return out;
}

std::uint16_t Url::effective_port() const { return port != 0 ? port : default_port(scheme); }

bool Url::is_loopback() const { return host == "localhost" || host == "::1" || host.starts_with("127."); }

Result<Url> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed) return fail(ErrorCode::Malformed, "The URL is not an absolute URI.");
  const boost::urls::url_view& view = *parsed;
  if (!view.has_authority() || view.encoded_host().empty()) return fail(ErrorCode::Malformed, "The URL has no host.");
  Url url;
  url.scheme = to_lower_ascii(std::string_view(view.scheme().data(), view.scheme().size()));
  url.userinfo = std::string(view.encoded_userinfo());
  url.host = to_lower_ascii(std::string(view.encoded_host_name().empty() ? view.encoded_host_address() : view.encoded_host_name()));
  if (url.host.starts_with('[')) url.host = url.host.substr(1, url.host.size() - 2);
  if (view.has_port() && !view.port().empty() && view.port_number() == 0) {
    return fail(ErrorCode::Malformed, "The URL has an impossible port.");
  }
  url.port = view.port_number() == default_port(url.scheme) ? 0 : view.port_number();
  url.path = view.encoded_path().empty() ? "/" : std::string(view.encoded_path());
  url.query = std::string(view.encoded_query());
  url.has_query = view.has_query();
  url.has_fragment = view.has_fragment();
  return url;
}

bool is_absolute_uri(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  return parsed.has_value();
}

std::string encode_form_value(std::string_view text) { return encode(text, true); }
std::string encode_uri_component(std::string_view text) { return encode(text, false); }

Result<std::string> decode_form_value(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] == '%') {
      const auto byte = decode_hex(text.substr(i + 1, 2));
      if (!byte || byte->size() != 1) return fail(ErrorCode::Malformed, "A percent escape is broken.");
      out.push_back(static_cast<char>(byte->front()));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  if (out.find('\0') != std::string::npos || !is_valid_utf8(out)) {
    return fail(ErrorCode::Malformed, "A parameter is not valid UTF-8 text.");
  }
  return out;
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
