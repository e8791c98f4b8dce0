#pragma once
// The files of this folder, compiled in.

#include <string>
#include <string_view>

namespace signet::server::authn {

[[nodiscard]] std::string_view page_template();
[[nodiscard]] std::string_view stylesheet();
/// File name under /assets with a fingerprint of the content, so that browsers may keep it for ever.
[[nodiscard]] const std::string& stylesheet_name();

}  // namespace signet::server::authn
