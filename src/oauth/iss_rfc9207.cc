#include "oauth/iss_rfc9207.h"

#include "base/url.h"
#include "oauth/core_rfc6749.h"

namespace signet::oauth {
namespace {

std::string with_state_and_issuer(std::string url, std::string_view issuer, const std::optional<std::string>& state) {
  if (state) url = with_query_parameter(std::move(url), "state", *state);  // RFC6749-4.1.2: exactly as it was sent
  return with_query_parameter(std::move(url), "iss", issuer);              // RFC9207-2, FAPI2-SP-FINAL-5.3.2.2
}

Result<void> check_issuer(const http::Form& query, const AuthorizationResponseExpectation& expected) {
  const auto iss = query.find("iss");
  if (!iss && !expected.iss_required) return {};
  if (!iss) return fail(ErrorCode::InvalidRequest, "The authorization response has no iss.");
  if (*iss != expected.issuer) {  // RFC9207-2.4: simple string comparison; a difference is a mix-up attack
    return fail(ErrorCode::InvalidRequest, "The authorization response is of another issuer.");
  }
  return {};
}

}  // namespace

std::string render_authorization_success(std::string_view redirect_uri, std::string_view issuer, std::string_view code,
                                         const std::optional<std::string>& state) {
  return with_state_and_issuer(with_query_parameter(std::string(redirect_uri), "code", code), issuer, state);
}

std::string render_authorization_error(std::string_view redirect_uri, std::string_view issuer, const Error& error,
                                       const std::optional<std::string>& state) {
  std::string url = with_query_parameter(std::string(redirect_uri), "error", wire_error(error.code).error);
  const std::string description = make_error_description(error.public_text.view());
  if (!description.empty()) url = with_query_parameter(std::move(url), "error_description", description);
  return with_state_and_issuer(std::move(url), issuer, state);
}

Result<AuthorizationResponse> check_authorization_response(const http::Form& query,
                                                           const AuthorizationResponseExpectation& expected) {
  TRY(check_no_duplicates(query));
  TRY(check_issuer(query, expected));
  if (query.find("state") != expected.state) {  // RFC6749-10.12
    return fail(ErrorCode::InvalidRequest, "The authorization response has another state than the request.");
  }
  AuthorizationResponse response{std::string(query.find("code").value_or("")),
                                 std::string(query.find("error").value_or("")),
                                 std::string(query.find("error_description").value_or(""))};
  if (response.code.empty() == response.error.empty()) {
    return fail(ErrorCode::InvalidRequest, "The authorization response must have either a code or an error.");
  }
  return response;
}

}  // namespace signet::oauth
