#include "oauth/authorization_request.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "oauth/core_openid.h"
#include "oauth/core_rfc6749.h"
#include "oauth/dpop_rfc9449.h"
#include "oauth/jar_rfc9101.h"
#include "oauth/rar_rfc9396.h"
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

Result<void> read_authorization_details(const http::Form& form, AuthorizationRequest& request) {
  const std::string_view text = form.find("authorization_details").value_or("");
  if (text.empty()) return {};
  TRY_ASSIGN(const json::array details, parse_authorization_details(text));
  request.authorization_details = canonical_text(details);
  return {};
}

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
  TRY(read_authorization_details(form, request));
  return request;
}

}  // namespace signet::oauth
