#pragma once
// Protected resource metadata: how an API says who issues its tokens and how they must be presented. Spec: RFC9728-3

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signet::oauth {

struct ProtectedResourceMetadata {
  std::string resource;
  std::vector<std::string> authorization_servers;
  std::string jwks_uri;
  std::vector<std::string> scopes_supported;
  std::vector<std::string> bearer_methods_supported = {"header"};
  std::vector<std::string> resource_signing_alg_values_supported;
  std::string resource_name;
  std::string resource_documentation;
  std::string resource_policy_uri;
  std::string resource_tos_uri;
  bool tls_client_certificate_bound_access_tokens = false;
  std::vector<std::string> dpop_signing_alg_values_supported;
  std::vector<std::string> authorization_details_types_supported;
  bool dpop_bound_access_tokens_required = false;
};

[[nodiscard]] std::string render_resource_metadata(const ProtectedResourceMetadata& metadata);
/// https://host/.well-known/oauth-protected-resource/path. Spec: RFC9728-3.1. Fails: Malformed
[[nodiscard]] Result<std::string> resource_metadata_url(std::string_view resource);

}  // namespace signet::oauth
