#pragma once
// What went wrong, as a value. Five causes (peer, policy, unavailable, conflict, bug) decide what a caller may do about
// it.

#include <source_location>
#include <string>
#include <string_view>

namespace signet {

enum class Cause { Peer, Policy, Unavailable, Conflict, Bug };

/// One reason for a refusal. The peer's reasons carry the wire names of OAuth 2 and OpenID Connect.
enum class ErrorCode {
  // peer: the other side sent something it must not send; the first block are wire errors of OAuth and OpenID Connect
  InvalidRequest,
  InvalidClient,
  InvalidGrant,
  UnauthorizedClient,
  UnsupportedGrantType,
  UnsupportedResponseType,
  InvalidScope,
  InvalidTarget,
  AccessDenied,
  InvalidRequestUri,
  InvalidRequestObject,
  RequestNotSupported,
  RequestUriNotSupported,
  RegistrationNotSupported,
  LoginRequired,
  ConsentRequired,
  InteractionRequired,
  AccountSelectionRequired,
  UnmetAuthenticationRequirements,
  InvalidDpopProof,
  UseDpopNonce,
  InvalidToken,
  InsufficientScope,
  InsufficientUserAuthentication,
  UnsupportedTokenType,
  InvalidAuthorizationDetails,
  InvalidClientMetadata,
  InvalidRedirectUri,
  // peer: reasons below the protocol, mapped to a wire error by the rule that meets them
  Malformed,
  TooLarge,
  UnsupportedAlgorithm,
  BadSignature,
  UnknownKey,
  Expired,
  NotYetValid,
  NotFound,
  MethodNotAllowed,
  UnsupportedMediaType,
  NotAcceptable,
  // policy: well-formed, but not allowed now
  Denied,
  Throttled,
  // unavailable: try again later; never to be read as "accepted"
  Unavailable,
  Overloaded,
  Timeout,
  // conflict: somebody else was first
  Conflict,
  AlreadyUsed,
  // bug: our own fault
  Bug,
};

[[nodiscard]] Cause cause_of(ErrorCode code);

/// A name for logs and audit records, for example "invalid_grant".
[[nodiscard]] std::string_view name_of(ErrorCode code);

/// Text that may leave the process. Only a string literal converts to it, so input can never be echoed by accident.
class PublicText {
 public:
  consteval PublicText(const char* literal) : text_(literal) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] constexpr std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

/// A refusal. `public_text` may be shown to the peer; `detail` is for the log and holds no secret and no raw input.
struct Error {
  ErrorCode code = ErrorCode::Bug;
  PublicText public_text = "internal error";
  std::string detail = {};
  std::source_location where = std::source_location::current();

  [[nodiscard]] Cause cause() const { return cause_of(code); }
};

}  // namespace signet
