#pragma once
// The files of this folder, compiled in.

#include <string>
#include <string_view>
#include <vector>

namespace signet::server::authn {

[[nodiscard]] std::string_view page_template();
[[nodiscard]] std::string_view stylesheet();
/// File name under /assets with a fingerprint of the content, so that browsers may keep it for ever.
[[nodiscard]] const std::string& stylesheet_name();

/// The documents of the workflows that come with the program.
[[nodiscard]] std::vector<std::string_view> workflow_documents();

}  // namespace signet::server::authn
