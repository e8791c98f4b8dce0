#pragma once
// The names of the facts a login carries from page to page, with their types.

#include "base/clock.h"
#include "base/json.h"

namespace signet::server::authn::fact {

// About the request, set when the login starts.
inline constexpr std::string_view kRequest = "request";                  ///< text of the stored authorization request
inline constexpr std::string_view kRequestUriHash = "request_uri_hash";  ///< base64url; absent for a plain request
inline constexpr std::string_view kClientName = "client_name";
inline constexpr std::string_view kClientHost = "client_host";
inline constexpr std::string_view kLoginHint = "login_hint";
inline constexpr std::string_view kScope = "scope";               ///< array
inline constexpr std::string_view kClaims = "claims";             ///< array of claim names asked for
inline constexpr std::string_view kResource = "resource";         ///< array
inline constexpr std::string_view kDuration = "duration";         ///< milliseconds the access lasts
inline constexpr std::string_view kLasting = "lasting";           ///< bool: it lasts while the user is away
inline constexpr std::string_view kOnlySubject = "only_subject";  ///< `sub` of the only user who may be answered for
inline constexpr std::string_view kReauthenticate = "reauthenticate";  ///< bool: somebody is signed in already
inline constexpr std::string_view kPurpose = "purpose";                ///< "authorize" or "account"
inline constexpr std::string_view kLocale = "locale";                  ///< language of the pages: "de"
inline constexpr std::string_view kTheme = "theme";                    ///< of the client; absent: that of the issuer
inline constexpr std::string_view kStartedAt = "started_at";           ///< milliseconds since the epoch
inline constexpr std::string_view kConsentAsked = "consent_asked";     ///< bool: the request wants the page in any case
/// What a login keeps that begins again.
inline constexpr std::string_view kOfTheRequest[] = {
    kRequest,  kRequestUriHash, kClientName,  kClientHost,   kLoginHint, kScope,  kClaims, kResource,
    kDuration, kLasting,        kOnlySubject, kConsentAsked, kPurpose,   kLocale, kTheme,  kStartedAt};
// About the user, known once somebody is signed in.
inline constexpr std::string_view kAccountId = "account_id";
inline constexpr std::string_view kAccountName = "account_name";          ///< shown on the pages
inline constexpr std::string_view kAuthenticatedAt = "authenticated_at";  ///< milliseconds since the epoch
inline constexpr std::string_view kAcr = "acr";
inline constexpr std::string_view kAmr = "amr";              ///< array
inline constexpr std::string_view kConsented = "consented";  ///< bool: the user has just allowed it
inline constexpr std::string_view kProofs = "proofs";        ///< array of what was proven, see proofs.h
inline constexpr std::string_view kJudged = "judged";  ///< the last event of the decision: what it was content with
inline constexpr std::string_view kSignedIn = "signed_in";     ///< bool: a session holds these proofs already
inline constexpr std::string_view kSessionId = "session_id";   ///< of the session that holds or held these proofs
inline constexpr std::string_view kRecovering = "recovering";  ///< bool: the password is being replaced
inline constexpr std::string_view kNewPasswordMark =
    "new_password_mark";  ///< of a password that is written with this very step
inline constexpr std::string_view kGuessingPair = "guessing_pair";  ///< base64url: a count that a sign-in clears
inline constexpr std::string_view kFactorPair = "factor_pair";      ///< the same for the second factors
inline constexpr std::string_view kFactors = "factors";  ///< array of {kind, factor_id, name}: what can be used next
inline constexpr std::string_view kEnrolments = "enrolments";   ///< array of kinds that can be enrolled
inline constexpr std::string_view kNextStep = "next_step";      ///< a step that a policy asks for
inline constexpr std::string_view kStepsTaken = "steps_taken";  ///< array of those that were taken
inline constexpr std::string_view kHeldUntil = "held_until";    ///< milliseconds since the epoch
inline constexpr std::string_view kApproved = "approved";       ///< object: what was shown and signed, see approval
inline constexpr std::string_view kNotified = "notified";       ///< bool: the policy's notice of this login is out
/// What another user of the same login must not find.
inline constexpr std::string_view kOfTheUser[] = {kConsented,  kSessionId, kRecovering, kNewPasswordMark, kFactorPair,
                                                  kStepsTaken, kHeldUntil, kApproved,   kNotified};
inline constexpr std::string_view kChosenFactor = "chosen_factor";  ///< factor_id of the one that is asked for
inline constexpr std::string_view kPasskeys = "passkeys";           ///< array of {id, transports}: those of the account
inline constexpr std::string_view kNewPasskey = "new_passkey";      ///< object {id, transports}: made in this login
inline constexpr std::string_view kPasskeyUser = "passkey_user";    ///< object: whom a new passkey is made for
inline constexpr std::string_view kBrowserStep =
    "browser_step";  ///< object: the browser that has the step of an app's login, see browser_step.h
inline constexpr std::string_view kSealed =
    "sealed";  ///< object: what a page of this login shows again, see sealed_facts
inline constexpr std::string_view kClientAnswer =
    "client_answer";  ///< object: of an ended login, what its client was told, see kept_answer
inline constexpr std::string_view kSentCode = "sent_code";  ///< object: the code that is on its way, see one_time_code
inline constexpr std::string_view kRecovery = "recovery";   ///< object: whose password is forgotten, as was typed
// Of a visit of the account pages.
inline constexpr std::string_view kLastSeen = "last_seen";        ///< milliseconds since the epoch: the last answer
inline constexpr std::string_view kAccountPage = "account_page";  ///< the page that was asked for: "factors", …
inline constexpr std::string_view kReturns = "returns";           ///< bool: to cancel leads back to the account pages
inline constexpr std::string_view kChosenApp = "chosen_app";      ///< client_id of the one that is looked at
inline constexpr std::string_view kHistoryBefore = "history_before";  ///< audit_id below which the page begins
// Of this moment; the host sets them anew for every input and never stores them.
inline constexpr std::string_view kChallenge = "challenge";      ///< base64url, fresh for each page
inline constexpr std::string_view kNow = "now";                  ///< milliseconds since the epoch
inline constexpr std::string_view kHandle = "handle";            ///< of the login, for addresses
inline constexpr std::string_view kTexts = "texts";              ///< name of a language that an operator has changed
inline constexpr std::string_view kOpened = "opened";            ///< object: the sealed facts, for the page
inline constexpr std::string_view kRecoverable = "recoverable";  ///< bool: messages about a password can be sent here
inline constexpr std::string_view kRpId = "rp_id";     ///< domain that passkeys belong to; absent where there are none
inline constexpr std::string_view kListed = "listed";  ///< object: what the page's on_show has read
// What was typed on the last page; never stored.
inline constexpr std::string_view kUsername = "username";
/// What is not stored.
inline constexpr std::string_view kOfTheMoment[] = {kChallenge, kNow,         kHandle, kRpId, kUsername,
                                                    kOpened,    kRecoverable, kListed, kTexts};

/// What a login learns when somebody else is to sign in: to forget everything but the request and the moment.
[[nodiscard]] json::object without_user(const json::object& facts);

[[nodiscard]] bool is_set(const json::object& facts, std::string_view name);
[[nodiscard]] std::vector<std::string> list(const json::object& facts, std::string_view name);
[[nodiscard]] std::int64_t integer(const json::object& facts, std::string_view name);
/// As text; empty when absent.
[[nodiscard]] std::string text(const json::object& facts, std::string_view name);
/// Empty when absent.
[[nodiscard]] json::object object(const json::object& facts, std::string_view name);

}  // namespace signet::server::authn::fact
