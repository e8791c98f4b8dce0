#include "oauth/resource_rfc8707.h"

#include "base/text.h"
#include "base/url.h"
#include "oauth/core_rfc6749.h"

namespace signet::oauth {

Result<void> check_resource_indicator(std::string_view resource) {
  // RFC8707-2: an absolute URI, without a fragment component
  if (resource.size() > 2048 || !is_visible_ascii(resource) || !is_absolute_uri(resource) ||
      resource.find('#') != std::string_view::npos) {
    return fail(ErrorCode::InvalidTarget, "The parameter resource must be an absolute URI without fragment.");
  }
  return {};
}

Result<std::vector<std::string>> narrow_resources(const std::vector<std::string>& requested,
                                                  const std::vector<std::string>& allowed) {
  if (requested.empty()) return allowed;
  if (!is_subset(requested, allowed)) {  // RFC8707-2.2
    return fail(ErrorCode::InvalidTarget, "The parameter resource names an API that was not granted.");
  }
  std::vector<std::string> audience;
  for (const auto& resource : requested) {
    if (!contains(audience, resource)) audience.push_back(resource);
  }
  return audience;
}

}  // namespace signet::oauth
