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

Result<ProtectedResourceMetadata> parse_resource_metadata(std::string_view body, std::string_view resource) {
  TRY_ASSIGN(const json::object object, parse_json_object(body));
  ProtectedResourceMetadata metadata;
  TRY_ASSIGN(metadata.resource, find_text(object, "resource"));
  if (metadata.resource != resource) {  // RFC9728-3.3: another resource could be impersonated
    return fail(ErrorCode::InvalidTarget, "The metadata speaks for another resource.");
  }
  TRY_ASSIGN(metadata.authorization_servers, find_list(object, "authorization_servers"));
  TRY_ASSIGN(metadata.jwks_uri, find_text(object, "jwks_uri"));
  TRY_ASSIGN(metadata.scopes_supported, find_list(object, "scopes_supported"));
  TRY_ASSIGN(metadata.bearer_methods_supported, find_list(object, "bearer_methods_supported"));
  TRY_ASSIGN(metadata.resource_signing_alg_values_supported,
             find_list(object, "resource_signing_alg_values_supported"));
  TRY_ASSIGN(metadata.resource_name, find_text(object, "resource_name"));
  TRY_ASSIGN(metadata.resource_documentation, find_text(object, "resource_documentation"));
  TRY_ASSIGN(metadata.resource_policy_uri, find_text(object, "resource_policy_uri"));
  TRY_ASSIGN(metadata.resource_tos_uri, find_text(object, "resource_tos_uri"));
  TRY_ASSIGN(const auto tls, find_bool(object, "tls_client_certificate_bound_access_tokens"));
  metadata.tls_client_certificate_bound_access_tokens = tls.value_or(false);
  TRY_ASSIGN(metadata.dpop_signing_alg_values_supported, find_list(object, "dpop_signing_alg_values_supported"));
  TRY_ASSIGN(metadata.authorization_details_types_supported,
             find_list(object, "authorization_details_types_supported"));
  TRY_ASSIGN(const auto dpop, find_bool(object, "dpop_bound_access_tokens_required"));
  metadata.dpop_bound_access_tokens_required = dpop.value_or(false);
  return metadata;
}

Result<std::string> resource_metadata_url(std::string_view resource) {
  return insert_well_known(resource, "oauth-protected-resource");
}

}  // namespace signet::oauth
