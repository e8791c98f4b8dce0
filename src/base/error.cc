#include "base/error.h"

namespace signet {

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
  switch (code) {
    case ErrorCode::InvalidRequest:
      return "invalid_request";
    case ErrorCode::InvalidClient:
      return "invalid_client";
    case ErrorCode::InvalidGrant:
      return "invalid_grant";
    case ErrorCode::UnauthorizedClient:
      return "unauthorized_client";
    case ErrorCode::UnsupportedGrantType:
      return "unsupported_grant_type";
    case ErrorCode::UnsupportedResponseType:
      return "unsupported_response_type";
    case ErrorCode::InvalidScope:
      return "invalid_scope";
    case ErrorCode::InvalidTarget:
      return "invalid_target";
    case ErrorCode::AccessDenied:
      return "access_denied";
    case ErrorCode::InvalidRequestUri:
      return "invalid_request_uri";
    case ErrorCode::InvalidRequestObject:
      return "invalid_request_object";
    case ErrorCode::RequestNotSupported:
      return "request_not_supported";
    case ErrorCode::RequestUriNotSupported:
      return "request_uri_not_supported";
    case ErrorCode::RegistrationNotSupported:
      return "registration_not_supported";
    case ErrorCode::LoginRequired:
      return "login_required";
    case ErrorCode::ConsentRequired:
      return "consent_required";
    case ErrorCode::InteractionRequired:
      return "interaction_required";
    case ErrorCode::AccountSelectionRequired:
      return "account_selection_required";
    case ErrorCode::UnmetAuthenticationRequirements:
      return "unmet_authentication_requirements";
    case ErrorCode::InvalidDpopProof:
      return "invalid_dpop_proof";
    case ErrorCode::UseDpopNonce:
      return "use_dpop_nonce";
    case ErrorCode::InvalidToken:
      return "invalid_token";
    case ErrorCode::InsufficientScope:
      return "insufficient_scope";
    case ErrorCode::InsufficientUserAuthentication:
      return "insufficient_user_authentication";
    case ErrorCode::UnsupportedTokenType:
      return "unsupported_token_type";
    case ErrorCode::InvalidAuthorizationDetails:
      return "invalid_authorization_details";
    case ErrorCode::InvalidClientMetadata:
      return "invalid_client_metadata";
    case ErrorCode::InvalidRedirectUri:
      return "invalid_redirect_uri";
    case ErrorCode::Malformed:
      return "malformed";
    case ErrorCode::TooLarge:
      return "too_large";
    case ErrorCode::UnsupportedAlgorithm:
      return "unsupported_algorithm";
    case ErrorCode::BadSignature:
      return "bad_signature";
    case ErrorCode::UnknownKey:
      return "unknown_key";
    case ErrorCode::Expired:
      return "expired";
    case ErrorCode::NotYetValid:
      return "not_yet_valid";
    case ErrorCode::NotFound:
      return "not_found";
    case ErrorCode::MethodNotAllowed:
      return "method_not_allowed";
    case ErrorCode::UnsupportedMediaType:
      return "unsupported_media_type";
    case ErrorCode::NotAcceptable:
      return "not_acceptable";
    case ErrorCode::Denied:
      return "denied";
    case ErrorCode::Throttled:
      return "throttled";
    case ErrorCode::Unavailable:
      return "unavailable";
    case ErrorCode::Overloaded:
      return "overloaded";
    case ErrorCode::Timeout:
      return "timeout";
    case ErrorCode::Conflict:
      return "conflict";
    case ErrorCode::AlreadyUsed:
      return "already_used";
    case ErrorCode::Bug:
      return "bug";
  }
  return "bug";
}

}  // namespace signet
