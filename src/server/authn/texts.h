#pragma once
// Every sentence a user can read, by name. What each says in a language stands in texts/<language>.json under the same
// name; language.h says how that is read.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/effect.h"

namespace signet::server::authn {

enum class Text {
  SignInTitle,
  SignInFor,
  UsernameLabel,
  PasswordLabel,
  LoginAction,
  CancelAction,
  EnterBoth,
  WrongCredentials,
  TooManyAttempts,
  OtherAccountWanted,
  Busy,
  ReauthenticateNote,
  ConsentTitle,
  ConsentFor,
  ConsentSignedInAs,
  ConsentPermissions,
  ConsentData,
  ConsentResources,
  ConsentDuration,
  ConsentOnce,
  ConsentWhileValid,
  ConsentNote,
  AllowAction,
  DenyAction,
  UnknownScope,
  FinishedTitle,
  FinishedText,
  CancelledTitle,
  CancelledText,
  RequestFailedTitle,
  RequestFailedHelp,
  RequestUriTitle,
  RequestUriHelp,
  ExpiredTitle,
  ExpiredHelp,
  WrongBrowserTitle,
  WrongBrowserHelp,
  UnavailableTitle,
  UnavailableHelp,
  NotFoundTitle,
  NotFoundHelp,
  SiteNotice,
  DeniedTitle,
  DeniedText,
  UnmetTitle,
  UnmetText,
  ContinueAction,
  HeldTitle,
  HeldText,
  NoticeTitle,
  NoticeText,
  NoticeRelay,
  ChooseFactorTitle,
  ChooseFactorText,
  ChooseEnrolmentTitle,
  ChooseEnrolmentText,
  FactorWithName,
  OtherFactorAction,
  PasswordTitle,
  PasswordDescription,
  ShowPassword,
  HidePassword,
  ScriptNeeded,
  OperationFailed,
  OperationKnown,
  OperationUnsupported,
  Count_,
};

class Language;
/// The language of a login. One that is not there any more is English.
[[nodiscard]] const Language& language_of(const workflow::Facts& facts);

/// The text in the language of a login, with "{}" replaced by the arguments in order.
[[nodiscard]] std::string text(const workflow::Facts& facts, Text id,
                               std::initializer_list<std::string_view> arguments = {});

/// What a scope lets the client do, in the user's words. Scopes of the house's own are described by their name.
[[nodiscard]] workflow::Group::Item describe_scope(const workflow::Facts& facts, const std::string& scope);
/// What a claim is, in the user's words.
[[nodiscard]] std::string describe_claim(const workflow::Facts& facts, const std::string& claim);
/// "90 days", "12 hours", "10 minutes", "1 second".
[[nodiscard]] std::string describe_duration(const workflow::Facts& facts, Duration duration);

}  // namespace signet::server::authn
