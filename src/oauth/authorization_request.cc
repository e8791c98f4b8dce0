#include "oauth/authorization_request.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "oauth/claims.h"
#include "oauth/core_openid.h"
#include "oauth/core_rfc6749.h"
#include "oauth/dpop_rfc9449.h"
#include "oauth/jar_rfc9101.h"
#include "oauth/resource_rfc8707.h"

namespace signet::oauth {
namespace {

constexpr auto kCode = ErrorCode::InvalidRequest;
constexpr std::size_t kMaxResources = 16;
constexpr std::size_t kMaxHintBytes = 512;

std::string text_of(const http::Form& form, std::string_view name) {
  return std::string(form.find(name).value_or(""));
}

Result<void> read_identity(const http::Form& form, AuthorizationRequest& request) {
  request.client_id = text_of(form, "client_id");
  if (!request.client_id.empty() && !is_client_id(request.client_id)) {
    return fail(kCode, "The parameter client_id has a character that no client_id may have.");
  }
  request.response_type = text_of(form, "response_type");
  request.response_mode = text_of(form, "response_mode");
  request.redirect_uri = text_of(form, "redirect_uri");
  request.redirect_uri_left_out = request.redirect_uri.empty();
  if (request.redirect_uri_left_out) return {};
  if (auto syntax = check_redirect_uri_syntax(request.redirect_uri); !syntax) {
    return fail_as(std::move(syntax).error(), kCode, "The parameter redirect_uri is not an acceptable absolute URI.");
  }
  return {};
}

Result<void> read_state_and_nonce(const http::Form& form, AuthorizationRequest& request) {
  if (const auto state = form.find("state")) {
    if (!is_state(*state)) return fail(kCode, "The parameter state must be at most 4096 characters of ASCII.");
    request.state = std::string(*state);
  }
  if (const auto nonce = form.find("nonce")) {
    if (!is_state(*nonce)) return fail(kCode, "The parameter nonce must be ASCII.");
    request.nonce = std::string(*nonce);
  }
  return {};
}

Result<void> read_scope_and_resource(const http::Form& form, AuthorizationRequest& request) {
  TRY_ASSIGN(request.scope, parse_scope(form.find("scope").value_or("")));
  request.resource = form.all("resource");
  std::erase(request.resource, "");  // RFC6749-3.1: without a value it counts as omitted
  if (request.resource.size() > kMaxResources) {
    return fail(ErrorCode::InvalidTarget, "The parameter resource stands too many times.");
  }
  for (const auto& resource : request.resource) TRY(check_resource_indicator(resource));
  return {};
}

Result<void> read_proofs(const http::Form& form, AuthorizationRequest& request) {
  request.code_challenge = text_of(form, "code_challenge");
  request.code_challenge_method = text_of(form, "code_challenge_method");
  request.dpop_jkt = text_of(form, "dpop_jkt");
  if (!request.dpop_jkt.empty()) TRY(check_dpop_jkt(request.dpop_jkt));  // RFC9449-10
  return {};
}

Result<void> read_login_wishes(const http::Form& form, AuthorizationRequest& request) {
  TRY_ASSIGN(request.prompt, parse_prompt(form.find("prompt").value_or("")));
  if (const auto max_age = form.find("max_age")) {
    TRY_ASSIGN(request.max_age, parse_max_age(*max_age));
  }
  request.acr_values = split_words(form.find("acr_values").value_or(""));
  request.login_hint = text_of(form, "login_hint");
  request.id_token_hint = text_of(form, "id_token_hint");
  if (request.login_hint.size() > kMaxHintBytes) return fail(kCode, "The parameter login_hint is too long.");
  if (request.id_token_hint.size() > 16 * 1024) return fail(kCode, "The parameter id_token_hint is too long.");
  request.ui_locales = split_words(form.find("ui_locales").value_or(""));
  const std::string display = text_of(form, "display");
  constexpr std::array<std::string_view, 4> kDisplays = {"page", "popup", "touch", "wap"};
  // OIDC-3.1.2.1: only a wish, so an unknown value is no error
  if (std::ranges::find(kDisplays, display) != kDisplays.end()) request.display = display;
  return {};
}

Result<void> read_claims(const http::Form& form, AuthorizationRequest& request) {
  const auto text = form.find("claims");
  if (!text) return {};
  TRY_ASSIGN(ClaimsParameter claims, parse_claims_parameter(*text));
  request.id_token_claims = std::move(claims.id_token);
  request.userinfo_claims = std::move(claims.userinfo);
  return {};
}

void append_claim(std::string& out, const ClaimRequest& claim) {
  JsonWriter writer;
  writer.text("name", claim.name);
  if (claim.essential) writer.boolean("essential", true);
  write_strings_if(writer, "values", claim.values);
  out += std::move(writer).take();
}

void write_claims_if(JsonWriter& writer, std::string_view name, const std::vector<ClaimRequest>& claims) {
  if (claims.empty()) return;
  std::string array = "[";
  for (const auto& claim : claims) {
    if (array.size() > 1) array.push_back(',');
    append_claim(array, claim);
  }
  array.push_back(']');
  writer.raw(name, array);
}

Result<std::vector<ClaimRequest>> find_claim_requests(const json::object& object, std::string_view name) {
  std::vector<ClaimRequest> out;
  const auto* value = object.if_contains(name);
  if (value == nullptr) return out;
  if (!value->is_array()) return fail(ErrorCode::Malformed, "A stored request has malformed claims.");
  for (const auto& item : value->get_array()) {
    if (!item.is_object()) return fail(ErrorCode::Malformed, "A stored request has malformed claims.");
    ClaimRequest claim;
    TRY_ASSIGN(claim.name, find_text(item.get_object(), "name"));
    TRY_ASSIGN(const auto essential, find_bool(item.get_object(), "essential"));
    claim.essential = essential.value_or(false);
    TRY_ASSIGN(claim.values, find_list(item.get_object(), "values"));
    out.push_back(std::move(claim));
  }
  return out;
}

// The plain members of a stored request; rendering and parsing read the same rows.
struct TextMember {
  std::string_view name;
  std::string AuthorizationRequest::* value;
};
constexpr TextMember kTexts[] = {
    {"client_id", &AuthorizationRequest::client_id},
    {"response_type", &AuthorizationRequest::response_type},
    {"response_mode", &AuthorizationRequest::response_mode},
    {"redirect_uri", &AuthorizationRequest::redirect_uri},
    {"code_challenge", &AuthorizationRequest::code_challenge},
    {"code_challenge_method", &AuthorizationRequest::code_challenge_method},
    {"dpop_jkt", &AuthorizationRequest::dpop_jkt},
    {"login_hint", &AuthorizationRequest::login_hint},
    {"id_token_hint", &AuthorizationRequest::id_token_hint},
    {"display", &AuthorizationRequest::display},
};
struct ListMember {
  std::string_view name;
  std::vector<std::string> AuthorizationRequest::* value;
};
constexpr ListMember kLists[] = {
    {"scope", &AuthorizationRequest::scope},           {"resource", &AuthorizationRequest::resource},
    {"prompt", &AuthorizationRequest::prompt},         {"acr_values", &AuthorizationRequest::acr_values},
    {"ui_locales", &AuthorizationRequest::ui_locales},
};

}  // namespace

bool AuthorizationRequest::asks_for_openid() const {
  return contains(scope, "openid");
}

Result<AuthorizationRequest> parse_authorization_request(const http::Form& form) {
  TRY(check_no_duplicates(form, kRepeatableParameters));
  TRY(check_no_request_object(form));
  AuthorizationRequest request;
  TRY(read_identity(form, request));
  TRY(read_state_and_nonce(form, request));
  TRY(read_scope_and_resource(form, request));
  TRY(read_proofs(form, request));
  TRY(read_login_wishes(form, request));
  TRY(read_claims(form, request));
  return request;
}

std::string render_authorization_request(const AuthorizationRequest& request) {
  JsonWriter writer;
  for (const auto& row : kTexts) writer.text_if(row.name, request.*row.value);
  for (const auto& row : kLists) write_strings_if(writer, row.name, request.*row.value);
  if (request.redirect_uri_left_out) writer.boolean("redirect_uri_left_out", true);
  if (request.state) writer.text("state", *request.state);
  if (request.nonce) writer.text("nonce", *request.nonce);
  if (request.max_age) writer.number("max_age", request.max_age->count());
  write_claims_if(writer, "id_token_claims", request.id_token_claims);
  write_claims_if(writer, "userinfo_claims", request.userinfo_claims);
  return std::move(writer).take();
}

Result<AuthorizationRequest> parse_stored_authorization_request(std::string_view text) {
  // What is stored is bounded by the form it came from; JSON escapes may make it longer
  TRY_ASSIGN(const json::object object, parse_json_object(text, {.bytes = 512 * 1024, .depth = 8}));
  AuthorizationRequest request;
  for (const auto& row : kTexts) {
    TRY_ASSIGN(request.*row.value, find_text(object, row.name));
  }
  for (const auto& row : kLists) {
    TRY_ASSIGN(request.*row.value, find_list(object, row.name));
  }
  TRY_ASSIGN(const auto left_out, find_bool(object, "redirect_uri_left_out"));
  request.redirect_uri_left_out = left_out.value_or(false);
  TRY_ASSIGN(request.state, find_string(object, "state"));
  TRY_ASSIGN(request.nonce, find_string(object, "nonce"));
  TRY_ASSIGN(const auto max_age, find_integer(object, "max_age"));
  if (max_age) request.max_age = Duration{*max_age};
  TRY_ASSIGN(request.id_token_claims, find_claim_requests(object, "id_token_claims"));
  TRY_ASSIGN(request.userinfo_claims, find_claim_requests(object, "userinfo_claims"));
  return request;
}

}  // namespace signet::oauth
