// Each member of client metadata is one row: its name, where it is kept, and the text that names it when its type is
// wrong.

#include "oauth/registration_members.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "oauth/claims.h"
#include "oauth/core_rfc6749.h"

namespace signet::oauth {
namespace {

constexpr auto kCode = ErrorCode::InvalidClientMetadata;
constexpr std::size_t kLongestNamed = 64;
using C = ClientMetadata;

template <class T>
struct Member {
  std::string_view name;
  T C::* value;
  PublicText refusal;
};

constexpr Member<std::string> kTexts[] = {
    {"client_id", &C::client_id, "The member client_id must be a string."},
    {"client_name", &C::client_name, "The member client_name must be a string."},
    {"client_uri", &C::client_uri, "The member client_uri must be a string."},
    {"logo_uri", &C::logo_uri, "The member logo_uri must be a string."},
    {"policy_uri", &C::policy_uri, "The member policy_uri must be a string."},
    {"tos_uri", &C::tos_uri, "The member tos_uri must be a string."},
    {"jwks_uri", &C::jwks_uri, "The member jwks_uri must be a string."},
    {"sector_identifier_uri", &C::sector_identifier_uri, "The member sector_identifier_uri must be a string."},
    {"theme", &C::theme, "The member theme must be a string."},
};
constexpr Member<std::vector<std::string>> kLists[] = {
    {"contacts", &C::contacts, "The member contacts must be a short array of strings."},
    {"redirect_uris", &C::redirect_uris, "The member redirect_uris must be a short array of strings."},
    {"allowed_origins", &C::allowed_origins, "The member allowed_origins must be a short array of strings."},
    {"resource", &C::resource, "The member resource must be a short array of strings."},
    {"default_acr_values", &C::default_acr_values, "The member default_acr_values must be a short array of strings."},
    {"authorization_details_types", &C::authorization_details_types,
     "The member authorization_details_types must be a short array of strings."},
    {"grant_types", &C::grant_types, "The member grant_types must be a short array of strings."},
    {"response_types", &C::response_types, "The member response_types must be a short array of strings."},
};
constexpr Member<bool> kFlags[] = {
    {"dpop_bound_access_tokens", &C::dpop_bound_access_tokens,
     "The member dpop_bound_access_tokens must be a boolean."},
    {"tls_client_certificate_bound_access_tokens", &C::tls_client_certificate_bound_access_tokens,
     "The member tls_client_certificate_bound_access_tokens must be a boolean."},
    {"use_mtls_endpoint_aliases", &C::use_mtls_endpoint_aliases,
     "The member use_mtls_endpoint_aliases must be a boolean."},
    {"require_pushed_authorization_requests", &C::require_pushed_authorization_requests,
     "The member require_pushed_authorization_requests must be a boolean."},
    {"require_auth_time", &C::require_auth_time, "The member require_auth_time must be a boolean."},
    {"introspection_allowed", &C::introspection_allowed, "The member introspection_allowed must be a boolean."},
};
constexpr Member<std::optional<crypto::SignatureAlgorithm>> kAlgorithms[] = {
    {"access_token_signed_response_alg", &C::access_token_signed_response_alg,
     "The member access_token_signed_response_alg must be a supported algorithm."},
    {"id_token_signed_response_alg", &C::id_token_signed_response_alg,
     "The member id_token_signed_response_alg must be a supported algorithm."},
    {"introspection_signed_response_alg", &C::introspection_signed_response_alg,
     "The member introspection_signed_response_alg must be a supported algorithm."},
};
struct SubjectMember {
  std::string_view name;
  CertificateSubject::Kind kind;
};
constexpr SubjectMember kSubjects[] = {
    // RFC8705-2.1.2
    {"tls_client_auth_subject_dn", CertificateSubject::Kind::Dn},
    {"tls_client_auth_san_dns", CertificateSubject::Kind::San_dns},
    {"tls_client_auth_san_uri", CertificateSubject::Kind::San_uri},
    {"tls_client_auth_san_ip", CertificateSubject::Kind::San_ip},
    {"tls_client_auth_san_email", CertificateSubject::Kind::San_email},
};
constexpr std::string_view kOthers[] = {
    "scope",          "token_endpoint_auth_method", "token_endpoint_auth_signing_alg",
    "jwks",           "access_token_format",        "subject_type",
    "default_max_age"};

template <class Rows>
bool has_row(const Rows& rows, std::string_view name) {
  return std::ranges::any_of(rows, [&](const auto& row) { return row.name == name; });
}

bool is_known(std::string_view name) {
  return has_row(kTexts, name) || has_row(kLists, name) || has_row(kFlags, name) || has_row(kAlgorithms, name) ||
         has_row(kSubjects, name) || std::ranges::find(kOthers, name) != std::end(kOthers);
}

Result<void> check_known(const json::object& object) {
  for (const auto& [name, value] : object) {
    if (is_known(name)) continue;
    const bool is_plain = is_visible_ascii(name) && name.size() <= kLongestNamed;
    return fail(kCode, "The client metadata has a member that is not supported.", is_plain ? std::string(name) : "");
  }
  return {};
}

Result<void> read_texts(const json::object& object, C& client) {
  for (const auto& row : kTexts) {
    auto text = find_text(object, row.name);
    if (!text) return fail_as(std::move(text).error(), kCode, row.refusal);
    client.*row.value = *std::move(text);
  }
  return {};
}

Result<void> read_lists(const json::object& object, C& client) {
  for (const auto& row : kLists) {
    auto list = find_list(object, row.name);
    if (!list) return fail_as(std::move(list).error(), kCode, row.refusal);
    if (list->size() > 100) return fail(kCode, row.refusal);
    client.*row.value = *std::move(list);
  }
  return {};
}

Result<void> read_flags(const json::object& object, C& client) {
  for (const auto& row : kFlags) {
    const auto flag = find_bool(object, row.name);
    if (!flag) return fail(kCode, row.refusal);
    client.*row.value = flag->value_or(false);
  }
  return {};
}

Result<void> read_algorithms(const json::object& object, C& client) {
  for (const auto& row : kAlgorithms) {
    if (!object.contains(row.name)) continue;
    const auto algorithm = crypto::find_signature_algorithm(peek_string(object, row.name));
    if (!algorithm) return fail(kCode, row.refusal);
    client.*row.value = *algorithm;
  }
  if (!object.contains("token_endpoint_auth_signing_alg")) return {};
  client.token_endpoint_auth_signing_alg =
      crypto::find_signature_algorithm(peek_string(object, "token_endpoint_auth_signing_alg"));
  if (!client.token_endpoint_auth_signing_alg) {
    return fail(kCode, "The member token_endpoint_auth_signing_alg must be a supported algorithm.");
  }
  return {};
}

Result<void> read_subject(const json::object& object, C& client) {
  for (const auto& row : kSubjects) {
    if (!object.contains(row.name)) continue;
    const auto value = peek_string(object, row.name);
    if (client.tls_client_auth_subject) return fail(kCode, "Only one tls_client_auth member may stand.");
    if (value.empty() || value.size() > 1024)
      return fail(kCode, "A tls_client_auth member must be a non-empty string.");
    client.tls_client_auth_subject = CertificateSubject{row.kind, std::string(value)};
  }
  return {};
}

Result<void> read_grants(const json::object& object, C& client) {
  if (!object.contains("grant_types")) client.grant_types = {"authorization_code"};  // RFC7591-2
  if (!object.contains("response_types") && client.may_use_grant("authorization_code"))
    client.response_types = {"code"};
  const auto scope = find_text(object, "scope");
  if (!scope) return fail(kCode, "The member scope must be a string.");
  auto words = parse_scope(*scope);
  if (!words)
    return fail_as(std::move(words).error(), kCode, "The member scope has a character that no scope may have.");
  client.scope = *std::move(words);
  return {};
}

Result<void> read_authentication(const json::object& object, C& client) {
  if (object.contains("token_endpoint_auth_method")) {
    const auto method = find_client_auth_method(peek_string(object, "token_endpoint_auth_method"));
    if (!method) return fail(kCode, "The member token_endpoint_auth_method has a value that is not supported.");
    client.token_endpoint_auth_method = *method;
  }
  const auto* jwks = object.if_contains("jwks");
  if (jwks == nullptr) return {};
  if (!jwks->is_object()) return fail(kCode, "The member jwks must be a JWK set.");
  auto set = jose::parse_jwk_set(jwks->get_object());
  if (!set) return fail_as(std::move(set).error(), kCode, "The member jwks must be a set of public keys.");
  client.jwks = *std::move(set);
  return {};
}

Result<void> read_choices(const json::object& object, C& client) {
  const auto format = object.contains("access_token_format") ? peek_string(object, "access_token_format") : "opaque";
  if (format != "opaque" && format != "jwt")
    return fail(kCode, "The member access_token_format must be opaque or jwt.");
  client.access_token_format = format == "jwt" ? AccessTokenFormat::Jwt : AccessTokenFormat::Opaque;
  const auto subject = object.contains("subject_type") ? peek_string(object, "subject_type") : "public";
  if (subject != "public" && subject != "pairwise")
    return fail(kCode, "The member subject_type must be public or pairwise.");
  client.subject_type = subject == "pairwise" ? SubjectType::Pairwise : SubjectType::Public;
  const auto max_age = find_integer(object, "default_max_age");
  if (!max_age || max_age->value_or(0) < 0 || max_age->value_or(0) > 10LL * 365 * 24 * 3600) {
    return fail(kCode, "The member default_max_age must be a number of seconds.");
  }
  if (*max_age) client.default_max_age = seconds{**max_age};
  return {};
}

void write_choices(const C& client, json::object& out) {
  out["scope"] = join(client.scope, " ");
  out["token_endpoint_auth_method"] = name_of(client.token_endpoint_auth_method);
  if (client.token_endpoint_auth_signing_alg) {
    out["token_endpoint_auth_signing_alg"] = crypto::name_of(*client.token_endpoint_auth_signing_alg);
  }
  if (client.tls_client_auth_subject) {
    const auto* row = std::ranges::find(kSubjects, client.tls_client_auth_subject->kind, &SubjectMember::kind);
    out[row->name] = client.tls_client_auth_subject->value;
  }
  if (client.jwks) out["jwks"] = jose::to_json(*client.jwks);
  out["access_token_format"] = client.access_token_format == AccessTokenFormat::Jwt ? "jwt" : "opaque";
  out["subject_type"] = client.subject_type == SubjectType::Pairwise ? "pairwise" : "public";
  if (client.default_max_age) out["default_max_age"] = std::chrono::floor<seconds>(*client.default_max_age).count();
}

}  // namespace

Result<ClientMetadata> read_client_members(const json::object& object) {
  ClientMetadata client;
  TRY(check_known(object));
  TRY(read_texts(object, client));
  TRY(read_lists(object, client));
  TRY(read_flags(object, client));
  TRY(read_algorithms(object, client));
  TRY(read_subject(object, client));
  TRY(read_grants(object, client));
  TRY(read_authentication(object, client));
  TRY(read_choices(object, client));
  return client;
}

json::object to_json(const ClientMetadata& client) {
  json::object out;
  for (const auto& row : kTexts) {
    if (!(client.*row.value).empty()) out[row.name] = client.*row.value;
  }
  for (const auto& row : kLists) {
    if (!(client.*row.value).empty()) out[row.name] = signet::to_json(client.*row.value);
  }
  for (const auto& row : kFlags) out[row.name] = client.*row.value;
  for (const auto& row : kAlgorithms) {
    if (const auto& algorithm = client.*row.value) out[row.name] = crypto::name_of(*algorithm);
  }
  // A reader fills absent lists with defaults, so empty ones must be written where the default is not empty
  out["grant_types"] = signet::to_json(client.grant_types);
  out["response_types"] = signet::to_json(client.response_types);
  write_choices(client, out);
  return out;
}

}  // namespace signet::oauth
