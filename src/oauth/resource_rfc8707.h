#pragma once
// Resource indicators: which API a token is for. Spec: RFC8707-2

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signet::oauth {

/// An absolute URI without fragment, at most 2048 bytes. Fails: InvalidTarget
[[nodiscard]] Result<void> check_resource_indicator(std::string_view resource);

/// The audiences of a token: `requested`, each once, which must be among `allowed`; all of `allowed` when nothing was
/// requested. Spec: RFC8707-2.2 (a token or refresh request may only narrow). Fails: InvalidTarget
[[nodiscard]] Result<std::vector<std::string>> narrow_resources(const std::vector<std::string>& requested,
                                                                const std::vector<std::string>& allowed);

}  // namespace signet::oauth
