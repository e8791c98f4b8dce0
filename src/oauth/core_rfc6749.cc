#include "oauth/core_rfc6749.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "oauth/claims.h"

namespace signet::oauth {
namespace {

struct Row {
  ErrorCode code;
  WireError wire;
};

// THE table. Names below the protocol (a malformed body, a bad signature) come last and have no name of their own on
// the wire.
constexpr Row kWireErrors[] = {
    {ErrorCode::InvalidRequest, {"invalid_request", 400}},
    {ErrorCode::InvalidClient, {"invalid_client", 401}},
    {ErrorCode::InvalidGrant, {"invalid_grant", 400}},
    {ErrorCode::UnauthorizedClient, {"unauthorized_client", 400}},
    {ErrorCode::UnsupportedGrantType, {"unsupported_grant_type", 400}},
    {ErrorCode::UnsupportedResponseType, {"unsupported_response_type", 400}},
    {ErrorCode::InvalidScope, {"invalid_scope", 400}},
    {ErrorCode::InvalidTarget, {"invalid_target", 400}},
    {ErrorCode::AccessDenied, {"access_denied", 400}},
    {ErrorCode::InvalidRequestUri, {"invalid_request_uri", 400}},
    {ErrorCode::InvalidRequestObject, {"invalid_request_object", 400}},
    {ErrorCode::RequestNotSupported, {"request_not_supported", 400}},
    {ErrorCode::RequestUriNotSupported, {"request_uri_not_supported", 400}},
    {ErrorCode::RegistrationNotSupported, {"registration_not_supported", 400}},
    {ErrorCode::LoginRequired, {"login_required", 400}},
    {ErrorCode::ConsentRequired, {"consent_required", 400}},
    {ErrorCode::InteractionRequired, {"interaction_required", 400}},
    {ErrorCode::AccountSelectionRequired, {"account_selection_required", 400}},
    {ErrorCode::UnmetAuthenticationRequirements, {"unmet_authentication_requirements", 400}},
    {ErrorCode::InvalidDpopProof, {"invalid_dpop_proof", 400}},
    {ErrorCode::UseDpopNonce, {"use_dpop_nonce", 400}},
    {ErrorCode::InvalidToken, {"invalid_token", 401}},
    {ErrorCode::InsufficientScope, {"insufficient_scope", 403}},
    {ErrorCode::InsufficientUserAuthentication, {"insufficient_user_authentication", 401}},
    {ErrorCode::UnsupportedTokenType, {"unsupported_token_type", 400}},
    {ErrorCode::InvalidAuthorizationDetails, {"invalid_authorization_details", 400}},
    {ErrorCode::InvalidClientMetadata, {"invalid_client_metadata", 400}},
    {ErrorCode::InvalidRedirectUri, {"invalid_redirect_uri", 400}},
    {ErrorCode::Bug, {"server_error", 500}},
    {ErrorCode::Unavailable, {"temporarily_unavailable", 503}},
    {ErrorCode::Overloaded, {"temporarily_unavailable", 503}},
    {ErrorCode::Timeout, {"temporarily_unavailable", 503}},
    {ErrorCode::Throttled, {"temporarily_unavailable", 429}},
    {ErrorCode::Denied, {"access_denied", 403}},
    {ErrorCode::Malformed, {"invalid_request", 400}},
    {ErrorCode::TooLarge, {"invalid_request", 413}},
    {ErrorCode::UnsupportedAlgorithm, {"invalid_request", 400}},
    {ErrorCode::BadSignature, {"invalid_request", 400}},
    {ErrorCode::UnknownKey, {"invalid_request", 400}},
    {ErrorCode::Expired, {"invalid_request", 400}},
    {ErrorCode::NotYetValid, {"invalid_request", 400}},
    {ErrorCode::NotFound, {"invalid_request", 404}},
    {ErrorCode::MethodNotAllowed, {"invalid_request", 405}},
    {ErrorCode::NotAcceptable, {"invalid_request", 406}},
    {ErrorCode::UnsupportedMediaType, {"invalid_request", 415}},
    {ErrorCode::Conflict, {"invalid_request", 409}},
    {ErrorCode::AlreadyUsed, {"invalid_request", 400}},
};

/// Names are told only from here: what a client has sent is echoed to nobody.
constexpr std::string_view kRepeatedBefore = "The parameter ";
constexpr std::string_view kRepeatedBehind = " stands more than once.";
constexpr PublicText kRepeated[] = {
    "The parameter acr_values stands more than once.",
    "The parameter authorization_details stands more than once.",
    "The parameter claims stands more than once.",
    "The parameter client_assertion stands more than once.",
    "The parameter client_assertion_type stands more than once.",
    "The parameter client_id stands more than once.",
    "The parameter client_secret stands more than once.",
    "The parameter code stands more than once.",
    "The parameter code_challenge stands more than once.",
    "The parameter code_challenge_method stands more than once.",
    "The parameter code_verifier stands more than once.",
    "The parameter display stands more than once.",
    "The parameter dpop_jkt stands more than once.",
    "The parameter error stands more than once.",
    "The parameter error_description stands more than once.",
    "The parameter grant_type stands more than once.",
    "The parameter id_token_hint stands more than once.",
    "The parameter iss stands more than once.",
    "The parameter login_hint stands more than once.",
    "The parameter max_age stands more than once.",
    "The parameter nonce stands more than once.",
    "The parameter prompt stands more than once.",
    "The parameter redirect_uri stands more than once.",
    "The parameter refresh_token stands more than once.",
    "The parameter request stands more than once.",
    "The parameter request_uri stands more than once.",
    "The parameter resource stands more than once.",
    "The parameter response_mode stands more than once.",
    "The parameter response_type stands more than once.",
    "The parameter scope stands more than once.",
    "The parameter state stands more than once.",
    "The parameter token stands more than once.",
    "The parameter token_type_hint stands more than once.",
    "The parameter ui_locales stands more than once.",
};

std::string_view repeated_name(PublicText text) {
  const auto name = text.view().substr(kRepeatedBefore.size());
  return name.substr(0, name.size() - kRepeatedBehind.size());
}

constexpr bool is_visible(char c) {
  return c > 0x20 && c < 0x7f;
}
constexpr bool is_vschar(char c) {
  return c >= 0x20 && c < 0x7f;
}
/// NQCHAR of RFC6749-A: visible, neither quote nor backslash.
constexpr bool is_nqchar(char c) {
  return is_visible(c) && c != '"' && c != '\\';
}

/// Schemes that a browser runs or opens by itself: a redirect there would be code, not a callback.
constexpr std::array<std::string_view, 7> kForbiddenSchemes = {"javascript", "data",  "vbscript",   "file",
                                                               "blob",       "about", "view-source"};

std::string_view authority_of(std::string_view uri) {
  const auto start = uri.find("://");
  if (start == std::string_view::npos) return {};
  const auto rest = uri.substr(start + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

/// Is it http on a loopback address? Names are left out: "localhost" may resolve to anything (RFC8252-8.3).
bool is_loopback_ip(std::string_view uri) {
  const auto url = parse_url(uri);
  return url && url->scheme == "http" && (url->host == "127.0.0.1" || url->host == "::1");
}

std::string without_port(std::string_view uri) {
  const auto authority = authority_of(uri);
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string out(uri);
  if (colon == std::string_view::npos) return out;
  const auto at = static_cast<std::size_t>(authority.data() - uri.data()) + colon;
  return out.erase(at, authority.size() - colon);
}

}  // namespace

WireError wire_error(ErrorCode code) {
  const auto* const row = std::ranges::find(kWireErrors, code, &Row::code);
  return row == std::end(kWireErrors) ? WireError{"server_error", 500} : row->wire;
}

std::optional<ErrorCode> find_error_code(std::string_view wire_name) {
  const auto* const row = std::ranges::find(kWireErrors, wire_name, [](const Row& r) { return r.wire.error; });
  if (row == std::end(kWireErrors)) return std::nullopt;
  return row->code;
}

std::string make_error_description(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    // RFC6749-5.2: %x20-21 / %x23-5B / %x5D-7E
    if (is_vschar(c) && c != '"' && c != '\\') out.push_back(c);
  }
  return out;
}

std::string render_error(const Error& error) {
  JsonWriter writer;
  writer.text("error", wire_error(error.code).error);
  writer.text_if("error_description", make_error_description(error.public_text.view()));
  return std::move(writer).take();
}

bool is_scope_token(std::string_view text) {
  return !text.empty() && text.size() <= 256 && std::ranges::all_of(text, is_nqchar);
}
bool is_client_id(std::string_view text) {
  return text.size() <= 255 && is_visible_ascii(text);
}
bool is_state(std::string_view text) {
  return !text.empty() && text.size() <= 4096 && std::ranges::all_of(text, is_vschar);
}
bool is_code(std::string_view text) {
  return text.size() <= 512 && is_visible_ascii(text);
}

Result<std::vector<std::string>> parse_scope(std::string_view text) {
  std::vector<std::string> scope;
  for (auto& word : split_words(text)) {
    // RFC6749-3.3: 1*( %x21 / %x23-5B / %x5D-7E )
    if (!is_scope_token(word))
      return fail(ErrorCode::InvalidScope, "The parameter scope holds a character that no scope may have.");
    if (!contains(scope, word)) scope.push_back(std::move(word));
    if (scope.size() > 100) return fail(ErrorCode::InvalidScope, "The parameter scope holds too many values.");
  }
  return scope;
}

bool is_subset(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  return std::ranges::all_of(part, [&](const std::string& item) { return contains(whole, item); });
}

Result<void> check_no_duplicates(const http::Form& form, std::initializer_list<std::string_view> repeatable) {
  // RFC6749-3.1, RFC6749-3.2: request parameters MUST NOT be included more than once
  const std::string_view name = form.duplicated(repeatable);
  if (name.empty()) return {};
  const auto* const known = std::ranges::find(kRepeated, name, repeated_name);
  if (known != std::end(kRepeated)) return fail(ErrorCode::InvalidRequest, *known);
  return fail(ErrorCode::InvalidRequest, "A parameter stands more than once, which only resource may.");
}

Result<void> check_redirect_uri_syntax(std::string_view uri) {
  constexpr auto kCode = ErrorCode::InvalidRedirectUri;
  if (uri.size() > 2048) return fail(kCode, "The redirect_uri is longer than 2048 characters.");
  // RFC6749-3.1.2: an absolute URI without fragment
  if (!is_visible_ascii(uri)) return fail(kCode, "The redirect_uri must be an absolute URI.");
  if (uri.find('#') != std::string_view::npos) return fail(kCode, "The redirect_uri must not have a fragment.");
  const std::string scheme = to_lower_ascii(uri.substr(0, uri.find(':')));
  if (std::ranges::find(kForbiddenSchemes, scheme) != kForbiddenSchemes.end()) {
    return fail(kCode, "The redirect_uri has a scheme that is not allowed.");
  }
  const bool is_web = scheme == "https" || scheme == "http";
  if (is_web ? !parse_url(uri) : !is_absolute_uri(uri)) {
    return fail(kCode, "The redirect_uri must be an absolute URI, and a web address must have a valid host.");
  }
  if (authority_of(uri).find('@') != std::string_view::npos) {
    return fail(kCode, "The redirect_uri must not have user information.");
  }
  return {};
}

bool match_redirect_uri(std::string_view registered, std::string_view requested) {
  if (registered == requested) return true;  // RFC9700-2.1: exact string matching
  // RFC8252-7.3: the port of a native app's loopback listener is known only when it runs
  return is_loopback_ip(registered) && is_loopback_ip(requested) && without_port(registered) == without_port(requested);
}

std::string render_token_response(const TokenResponse& response) {
  JsonWriter writer;
  writer.text("access_token", response.access_token).text("token_type", response.token_type);
  writer.number("expires_in", std::chrono::floor<seconds>(response.expires_in).count());
  writer.text_if("refresh_token", response.refresh_token).text_if("id_token", response.id_token);
  writer.text_if("scope", join(response.scope, " "));
  write_raw_if(writer, "authorization_details", response.authorization_details);
  return std::move(writer).take();
}

Result<TokenResponse> parse_token_response(std::string_view body) {
  TRY_ASSIGN(const json::object object, parse_json_object(body));
  TokenResponse response;
  TRY_ASSIGN(response.access_token, find_text(object, "access_token"));
  TRY_ASSIGN(response.token_type, find_text(object, "token_type"));
  TRY_ASSIGN(response.refresh_token, find_text(object, "refresh_token"));
  TRY_ASSIGN(response.id_token, find_text(object, "id_token"));
  TRY_ASSIGN(const std::string scope, find_text(object, "scope"));
  TRY_ASSIGN(const auto expires_in, find_integer(object, "expires_in"));
  TRY_ASSIGN(response.authorization_details, find_object_array_text(object, "authorization_details"));
  if (response.access_token.empty() || response.token_type.empty()) {
    return fail(ErrorCode::Malformed, "The token response has no access_token or no token_type.");
  }
  const std::int64_t lifetime = expires_in.value_or(0);
  if (lifetime < 0 || lifetime > 10LL * 365 * 24 * 3600)
    return fail(ErrorCode::Malformed, "The member expires_in is absurd.");
  response.expires_in = seconds{lifetime};
  response.scope = split_words(scope);
  return response;
}

ErrorResponse parse_error_response(std::string_view body) {
  const auto object = parse_json_object(body);
  if (!object) return {};
  return {std::string(peek_string(*object, "error")), std::string(peek_string(*object, "error_description"))};
}

}  // namespace signet::oauth
