#pragma once
// Absolute URLs as values, and the two percent encodings.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signet {

/// A parsed absolute URL with an authority. `scheme` and `host` are lower case; `port` is 0 when it is absent or the
/// default.
struct Url {
  std::string scheme;
  std::string userinfo;
  std::string host;  ///< without the brackets of an IPv6 literal
  std::uint16_t port = 0;
  std::string path;   ///< still encoded; "/" when empty
  std::string query;  ///< still encoded, without "?"
  bool has_query = false;
  bool has_fragment = false;

  /// scheme://host[:port], default ports left out. Spec: RFC6454-6.2
  [[nodiscard]] std::string origin() const;
  /// The port to connect to.
  [[nodiscard]] std::uint16_t effective_port() const;
  [[nodiscard]] bool is_https() const { return scheme == "https"; }
  /// True for 127.0.0.0/8, [::1] and "localhost".
  [[nodiscard]] bool is_loopback() const;
};

/// An absolute URL of any scheme with an authority. Fails: Malformed
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// True when `text` is an absolute URI (scheme and colon), with or without an authority.
[[nodiscard]] bool is_absolute_uri(std::string_view text);

/// application/x-www-form-urlencoded: unreserved characters stay, a space becomes "+".
[[nodiscard]] std::string encode_form_value(std::string_view text);
/// Percent encoding for one query or path component: unreserved characters stay, a space becomes "%20".
[[nodiscard]] std::string encode_uri_component(std::string_view text);
/// Decodes "+" and percent escapes. Fails: Malformed (broken escape, or a result that is not UTF-8 or holds NUL)
[[nodiscard]] Result<std::string> decode_form_value(std::string_view text);
/// The same in the place of the text, of which what is returned is the beginning.
[[nodiscard]] Result<std::string_view> decode_form_value(std::span<char> text);

/// `url` in front of its query and fragment; a view of it.
[[nodiscard]] constexpr std::string_view without_query(std::string_view url) {
  return url.substr(0, url.find_first_of("?#"));
}
/// `url` with `name=value` added to its query, other parameters untouched.
[[nodiscard]] std::string with_query_parameter(std::string url, std::string_view name, std::string_view value);

}  // namespace signet
