#include "oauth/metadata_rfc8414.h"

#include "base/text.h"
#include "base/url.h"
#include "oauth/claims.h"

namespace signet::oauth {
namespace {

using M = AuthorizationServerMetadata;
using Aliases = MtlsEndpointAliases;

// The members in the order of the document; rendering and parsing read the same rows.
template <class Owner, class T>
struct Member {
  std::string_view name;
  T Owner::* value;
};

constexpr Member<M, std::string> kEndpoints[] = {
    {"authorization_endpoint", &M::authorization_endpoint},
    {"token_endpoint", &M::token_endpoint},
    {"jwks_uri", &M::jwks_uri},
    {"registration_endpoint", &M::registration_endpoint},
    {"revocation_endpoint", &M::revocation_endpoint},
    {"introspection_endpoint", &M::introspection_endpoint},
    {"userinfo_endpoint", &M::userinfo_endpoint},
    {"pushed_authorization_request_endpoint", &M::pushed_authorization_request_endpoint},
    {"end_session_endpoint", &M::end_session_endpoint},
};
constexpr Member<M, std::string> kTexts[] = {
    {"service_documentation", &M::service_documentation},
    {"op_policy_uri", &M::op_policy_uri},
    {"op_tos_uri", &M::op_tos_uri},
};
constexpr Member<Aliases, std::string> kAliases[] = {
    {"token_endpoint", &Aliases::token_endpoint},
    {"revocation_endpoint", &Aliases::revocation_endpoint},
    {"introspection_endpoint", &Aliases::introspection_endpoint},
    {"userinfo_endpoint", &Aliases::userinfo_endpoint},
    {"pushed_authorization_request_endpoint", &Aliases::pushed_authorization_request_endpoint},
    {"registration_endpoint", &Aliases::registration_endpoint},
};
constexpr Member<M, std::vector<std::string>> kLists[] = {
    {"scopes_supported", &M::scopes_supported},
    {"response_types_supported", &M::response_types_supported},
    {"response_modes_supported", &M::response_modes_supported},
    {"grant_types_supported", &M::grant_types_supported},
    {"token_endpoint_auth_methods_supported", &M::token_endpoint_auth_methods_supported},
    {"token_endpoint_auth_signing_alg_values_supported", &M::token_endpoint_auth_signing_alg_values_supported},
    {"revocation_endpoint_auth_methods_supported", &M::revocation_endpoint_auth_methods_supported},
    {"revocation_endpoint_auth_signing_alg_values_supported",
     &M::revocation_endpoint_auth_signing_alg_values_supported},
    {"introspection_endpoint_auth_methods_supported", &M::introspection_endpoint_auth_methods_supported},
    {"introspection_endpoint_auth_signing_alg_values_supported",
     &M::introspection_endpoint_auth_signing_alg_values_supported},
    {"introspection_signing_alg_values_supported", &M::introspection_signing_alg_values_supported},
    {"code_challenge_methods_supported", &M::code_challenge_methods_supported},
    {"dpop_signing_alg_values_supported", &M::dpop_signing_alg_values_supported},
    {"protected_resources", &M::protected_resources},
    {"acr_values_supported", &M::acr_values_supported},
    {"subject_types_supported", &M::subject_types_supported},
    {"id_token_signing_alg_values_supported", &M::id_token_signing_alg_values_supported},
    {"userinfo_signing_alg_values_supported", &M::userinfo_signing_alg_values_supported},
    {"claims_supported", &M::claims_supported},
    {"prompt_values_supported", &M::prompt_values_supported},
    {"ui_locales_supported", &M::ui_locales_supported},
    {"display_values_supported", &M::display_values_supported},
    {"authorization_details_types_supported", &M::authorization_details_types_supported},
};
struct Flag {
  std::string_view name;
  bool M::* value;
  bool when_absent;  ///< what a document means that leaves it out
};
constexpr Flag kFlags[] = {
    {"require_pushed_authorization_requests", &M::require_pushed_authorization_requests, false},
    {"authorization_response_iss_parameter_supported", &M::authorization_response_iss_parameter_supported, false},
    {"tls_client_certificate_bound_access_tokens", &M::tls_client_certificate_bound_access_tokens, false},
    {"request_parameter_supported", &M::request_parameter_supported, false},
    {"request_uri_parameter_supported", &M::request_uri_parameter_supported, true},
    {"claims_parameter_supported", &M::claims_parameter_supported, false},
};

std::string render_aliases(const Aliases& aliases) {
  JsonWriter writer;
  for (const auto& row : kAliases) writer.text_if(row.name, aliases.*row.value);
  return std::move(writer).take();
}

/// An endpoint must be as safe as the issuer: no http below an https issuer. Spec: RFC8414-2
Result<std::string> find_endpoint(const json::object& object, std::string_view name, bool https) {
  TRY_ASSIGN(std::string text, find_text(object, name));
  if (text.empty()) return text;
  TRY_ASSIGN(const Url url, parse_url(text));
  if (https && !url.is_https()) return fail(ErrorCode::Malformed, "An endpoint in the metadata is not https.");
  return text;
}

Result<void> read_aliases(const json::object& object, bool https, Aliases& aliases) {
  const auto* value = object.if_contains("mtls_endpoint_aliases");
  if (value == nullptr) return {};
  if (!value->is_object()) return fail(ErrorCode::Malformed, "The member mtls_endpoint_aliases must be an object.");
  for (const auto& row : kAliases) {
    TRY_ASSIGN(aliases.*row.value, find_endpoint(value->get_object(), row.name, https));
  }
  return {};
}

Result<M> read_members(const json::object& object, std::string_view issuer) {
  const bool https = issuer.starts_with("https:");
  M metadata;
  metadata.issuer = std::string(issuer);
  for (const auto& row : kEndpoints) {
    TRY_ASSIGN(metadata.*row.value, find_endpoint(object, row.name, https));
  }
  TRY(read_aliases(object, https, metadata.mtls_endpoint_aliases));
  for (const auto& row : kLists) {
    TRY_ASSIGN(metadata.*row.value, find_list(object, row.name));
  }
  for (const auto& row : kTexts) {
    TRY_ASSIGN(metadata.*row.value, find_text(object, row.name));
  }
  for (const auto& row : kFlags) {
    TRY_ASSIGN(const auto flag, find_bool(object, row.name));
    metadata.*row.value = flag.value_or(row.when_absent);
  }
  return metadata;
}

/// The issuer that a document names, for the log: nothing else that may stand there.
std::string show_issuer(std::string_view named) {
  constexpr std::size_t kMostBytes = 256;
  const auto url = parse_url(named);
  const bool is_issuer = url && named.size() <= kMostBytes && is_visible_ascii(named) && url->userinfo.empty() &&
                         !url->has_query && !url->has_fragment;
  return is_issuer ? std::string(named) : "no issuer";
}

}  // namespace

std::string render_metadata(const AuthorizationServerMetadata& metadata) {
  JsonWriter writer;
  writer.text("issuer", metadata.issuer);
  for (const auto& row : kEndpoints) writer.text_if(row.name, metadata.*row.value);
  for (const auto& row : kLists) write_strings_if(writer, row.name, metadata.*row.value);
  for (const auto& row : kTexts) writer.text_if(row.name, metadata.*row.value);
  for (const auto& row : kFlags) writer.boolean(row.name, metadata.*row.value);
  const std::string aliases = render_aliases(metadata.mtls_endpoint_aliases);
  if (aliases != "{}") writer.raw("mtls_endpoint_aliases", aliases);
  return std::move(writer).take();
}

Result<AuthorizationServerMetadata> parse_metadata(std::string_view body, std::string_view issuer) {
  TRY_ASSIGN(const json::object object, parse_json_object(body));
  const std::string_view named = peek_string(object, "issuer");
  if (named != issuer) {  // RFC8414-3.3, OIDC-DISCOVERY-4.3
    return fail(ErrorCode::InvalidRequest, "The metadata speaks for another issuer.",
                show_issuer(named) + " instead of " + std::string(issuer));
  }
  return read_members(object, issuer);
}

Result<std::string> insert_well_known(std::string_view url, std::string_view name) {
  TRY_ASSIGN(const Url parsed, parse_url(url));
  if (parsed.has_fragment) return fail(ErrorCode::Malformed, "The URL must not have a fragment.");
  std::string out = parsed.origin() + "/.well-known/" + std::string(name);
  if (parsed.path != "/") out += parsed.path;
  if (parsed.has_query) out += "?" + parsed.query;  // RFC9728-3.1 keeps it; an issuer has none
  return out;
}

Result<std::string> oauth_metadata_url(std::string_view issuer) {
  TRY_ASSIGN(std::string url, insert_well_known(issuer, "oauth-authorization-server"));
  if (url.ends_with('/')) url.pop_back();  // RFC8414-3.1: a terminating slash of the issuer is removed
  return url;
}

Result<std::string> openid_metadata_url(std::string_view issuer) {
  TRY(parse_url(issuer));
  std::string url(issuer);
  if (url.ends_with('/')) url.pop_back();  // OIDC-DISCOVERY-4.1
  return url + "/.well-known/openid-configuration";
}

}  // namespace signet::oauth
