#pragma once
// A file that a page loads. Its name has a fingerprint of its content, so that browsers may keep it for ever.

#include <string>
#include <string_view>

namespace signet::server::authn {

struct Asset {
  std::string name;  ///< "signet-0123456789ab.css"
  std::string body;

  /// "signet.css": what files of the same purpose and another content have in common.
  [[nodiscard]] std::string purpose() const;
  [[nodiscard]] std::string_view media_type() const;
};

/// `purpose` has a name without "-" and one of the endings css, js and svg.
[[nodiscard]] Asset make_asset(std::string_view purpose, std::string body);

/// The purpose in the name of a file; empty when it has no fingerprint.
[[nodiscard]] std::string purpose_of(std::string_view name);

}  // namespace signet::server::authn
