#include "base/error.h"

#include <iterator>

namespace signet {
namespace {

struct Name {
  ErrorCode code;
  std::string_view name;
};
/// In the order of ErrorCode, so that a code is the place of its name.
constexpr Name kNames[] = {
    {ErrorCode::InvalidRequest, "invalid_request"},
    {ErrorCode::InvalidClient, "invalid_client"},
    {ErrorCode::InvalidGrant, "invalid_grant"},
    {ErrorCode::UnauthorizedClient, "unauthorized_client"},
    {ErrorCode::UnsupportedGrantType, "unsupported_grant_type"},
    {ErrorCode::UnsupportedResponseType, "unsupported_response_type"},
    {ErrorCode::InvalidScope, "invalid_scope"},
    {ErrorCode::InvalidTarget, "invalid_target"},
    {ErrorCode::AccessDenied, "access_denied"},
    {ErrorCode::InvalidRequestUri, "invalid_request_uri"},
    {ErrorCode::InvalidRequestObject, "invalid_request_object"},
    {ErrorCode::RequestNotSupported, "request_not_supported"},
    {ErrorCode::RequestUriNotSupported, "request_uri_not_supported"},
    {ErrorCode::RegistrationNotSupported, "registration_not_supported"},
    {ErrorCode::LoginRequired, "login_required"},
    {ErrorCode::ConsentRequired, "consent_required"},
    {ErrorCode::InteractionRequired, "interaction_required"},
    {ErrorCode::AccountSelectionRequired, "account_selection_required"},
    {ErrorCode::UnmetAuthenticationRequirements, "unmet_authentication_requirements"},
    {ErrorCode::InvalidDpopProof, "invalid_dpop_proof"},
    {ErrorCode::UseDpopNonce, "use_dpop_nonce"},
    {ErrorCode::InvalidToken, "invalid_token"},
    {ErrorCode::InsufficientScope, "insufficient_scope"},
    {ErrorCode::InsufficientUserAuthentication, "insufficient_user_authentication"},
    {ErrorCode::UnsupportedTokenType, "unsupported_token_type"},
    {ErrorCode::InvalidAuthorizationDetails, "invalid_authorization_details"},
    {ErrorCode::InvalidClientMetadata, "invalid_client_metadata"},
    {ErrorCode::InvalidRedirectUri, "invalid_redirect_uri"},
    {ErrorCode::Malformed, "malformed"},
    {ErrorCode::TooLarge, "too_large"},
    {ErrorCode::UnsupportedAlgorithm, "unsupported_algorithm"},
    {ErrorCode::BadSignature, "bad_signature"},
    {ErrorCode::UnknownKey, "unknown_key"},
    {ErrorCode::Expired, "expired"},
    {ErrorCode::NotYetValid, "not_yet_valid"},
    {ErrorCode::NotFound, "not_found"},
    {ErrorCode::MethodNotAllowed, "method_not_allowed"},
    {ErrorCode::UnsupportedMediaType, "unsupported_media_type"},
    {ErrorCode::NotAcceptable, "not_acceptable"},
    {ErrorCode::Denied, "denied"},
    {ErrorCode::Throttled, "throttled"},
    {ErrorCode::Unavailable, "unavailable"},
    {ErrorCode::Overloaded, "overloaded"},
    {ErrorCode::Timeout, "timeout"},
    {ErrorCode::Conflict, "conflict"},
    {ErrorCode::AlreadyUsed, "already_used"},
    {ErrorCode::Bug, "bug"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (static_cast<std::size_t>(kNames[i].code) != i || kNames[i].name.empty()) return false;
  }
  return std::size(kNames) == static_cast<std::size_t>(ErrorCode::Bug) + 1;
}
static_assert(is_in_order(), "each ErrorCode has its row, in the order of the enumeration");

}  // namespace

Cause cause_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::Denied:
    case ErrorCode::Throttled:
      return Cause::Policy;
    case ErrorCode::Unavailable:
    case ErrorCode::Overloaded:
    case ErrorCode::Timeout:
      return Cause::Unavailable;
    case ErrorCode::Conflict:
    case ErrorCode::AlreadyUsed:
      return Cause::Conflict;
    case ErrorCode::Bug:
      return Cause::Bug;
    default:
      return Cause::Peer;
  }
}

std::string_view name_of(ErrorCode code) {
  return kNames[static_cast<std::size_t>(code)].name;
}

}  // namespace signet
