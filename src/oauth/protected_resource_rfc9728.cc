#include "oauth/protected_resource_rfc9728.h"

#include "oauth/claims.h"
#include "oauth/metadata_rfc8414.h"

namespace signet::oauth {

std::string render_resource_metadata(const ProtectedResourceMetadata& metadata) {
  JsonWriter writer;
  writer.text("resource", metadata.resource);
  write_strings_if(writer, "authorization_servers", metadata.authorization_servers);
  writer.text_if("jwks_uri", metadata.jwks_uri);
  write_strings_if(writer, "scopes_supported", metadata.scopes_supported);
  write_strings_if(writer, "bearer_methods_supported", metadata.bearer_methods_supported);
  write_strings_if(writer, "resource_signing_alg_values_supported", metadata.resource_signing_alg_values_supported);
  writer.text_if("resource_name", metadata.resource_name);
  writer.text_if("resource_documentation", metadata.resource_documentation);
  writer.text_if("resource_policy_uri", metadata.resource_policy_uri);
  writer.text_if("resource_tos_uri", metadata.resource_tos_uri);
  writer.boolean("tls_client_certificate_bound_access_tokens", metadata.tls_client_certificate_bound_access_tokens);
  write_strings_if(writer, "dpop_signing_alg_values_supported", metadata.dpop_signing_alg_values_supported);
  write_strings_if(writer, "authorization_details_types_supported", metadata.authorization_details_types_supported);
  writer.boolean("dpop_bound_access_tokens_required", metadata.dpop_bound_access_tokens_required);
  return std::move(writer).take();
}

Result<std::string> resource_metadata_url(std::string_view resource) {
  return insert_well_known(resource, "oauth-protected-resource");
}

}  // namespace signet::oauth
