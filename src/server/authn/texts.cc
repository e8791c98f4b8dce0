#include "server/authn/texts.h"

#include <algorithm>
#include <array>

namespace signet::server::authn {
namespace {

struct Entry {
  Text id;
  std::string_view text;
};

constexpr std::array<Entry, static_cast<std::size_t>(Text::Count_)> kEnglish = {{
    {Text::SignInTitle, "Sign in"},
    {Text::SignInFor, "to continue to {}"},
    {Text::UsernameLabel, "Username"},
    {Text::PasswordLabel, "Password"},
    {Text::LoginAction, "Sign in"},
    {Text::CancelAction, "Cancel"},
    {Text::EnterBoth, "Enter your username and your password."},
    {Text::WrongCredentials, "The username or the password is not right. Check both and try again."},
    {Text::TooManyAttempts, "Too many attempts. Try again in {}."},
    {Text::OtherAccountWanted, "{} asked for another account than this one. Sign in with the account you use there."},
    {Text::Busy, "Many people are signing in at this moment. Try again in a few seconds."},
    {Text::ReauthenticateNote, "For your security, please confirm that it is you."},
    {Text::ConsentTitle, "Share with {}?"},
    {Text::ConsentFor, "{} asks for access to your account."},
    {Text::ConsentSignedInAs, "Signed in as {}"},
    {Text::ConsentPermissions, "It will be able to"},
    {Text::ConsentData, "It will see"},
    {Text::ConsentResources, "At these services"},
    {Text::ConsentDuration, "For how long"},
    {Text::ConsentOnce, "This time only: access ends after {}."},
    {Text::ConsentWhileValid, "Up to {}, also while you are away."},
    {Text::ConsentNote, "Allow this only if you know {} and started this yourself."},
    {Text::AllowAction, "Allow"},
    {Text::DenyAction, "Do not allow"},
    {Text::UnknownScope, "Use “{}” on your behalf"},
    {Text::FinishedTitle, "You are signed in"},
    {Text::FinishedText, "This sign-in is complete. You can close this page and go on in the application."},
    {Text::CancelledTitle, "Sign-in cancelled"},
    {Text::CancelledText, "Nothing was shared. You can close this page or start again from the application."},
    {Text::RequestFailedTitle, "This request cannot be completed"},
    {Text::RequestFailedHelp,
     "The application sent a request that we cannot accept, so you were not sent back to it. Return to the application "
     "and start again. If it happens again, tell the people who run the application what is written here."},
    {Text::RequestUriTitle, "This sign-in link is no longer valid"},
    {Text::RequestUriHelp,
     "A sign-in link works once and only for a short time. Return to the application and start again."},
    {Text::ExpiredTitle, "This sign-in took too long"},
    {Text::ExpiredHelp, "For your security it has ended. Return to the application and start again."},
    {Text::WrongBrowserTitle, "Continue in the browser where you started"},
    {Text::WrongBrowserHelp,
     "This sign-in was started in another browser, or this browser does not keep cookies. Return to the application "
     "and start again here."},
    {Text::UnavailableTitle, "We cannot sign you in right now"},
    {Text::UnavailableHelp, "Nothing is wrong with your account. Wait a moment and load this page again."},
    {Text::NotFoundTitle, "There is nothing to sign in to here"},
    {Text::NotFoundHelp, "This sign-in does not exist or has ended. Return to the application and start again."},
    {Text::SiteNotice, "You are at {}. Never enter your password on a page with another address."},
    {Text::DeniedTitle, "This sign-in was refused"},
    {Text::DeniedText, "For your security we cannot sign you in now. If you need help, contact us as you usually do."},
    {Text::UnmetTitle, "You cannot sign in at this level yet"},
    {Text::UnmetText, "This needs a way of proving that it is you that your account does not have, or cannot use now."},
    {Text::ContinueAction, "Continue"},
    {Text::HeldTitle, "One moment, please"},
    {Text::HeldText, "For your security this sign-in continues in {}."},
    {Text::NoticeTitle, "Before you go on"},
    {Text::NoticeText, "We see more attempts at fraud than usual."},
    {Text::NoticeRelay,
     "Continue only if you started this yourself. Nobody who is honest asks you on the phone or in a message to scan a "
     "code, to read out a code or to approve a sign-in."},
    {Text::ChooseFactorTitle, "Confirm that it is you"},
    {Text::ChooseFactorText, "Choose how."},
    {Text::ChooseEnrolmentTitle, "Set up a second way to sign in"},
    {Text::ChooseEnrolmentText, "This needs more than a password. Choose what you want to use from now on."},
    {Text::FactorWithName, "{} “{}”"},
    {Text::OtherFactorAction, "Use another way"},
    {Text::PasswordTitle, "Password"},
    {Text::PasswordDescription, "Your username and your password"},
    {Text::NoticeSubject, "A change at {}"},
    {Text::NoticeFactorAdded, "A new way to sign in was added to your account: {}."},
    {Text::NoticeFactorRemoved, "A way to sign in was removed from your account: {}."},
    {Text::NoticePasswordChanged, "The password of your account was changed."},
    {Text::NoticeNewDevice, "Somebody signed in to your account with a device that is new to us: {}."},
    {Text::NoticeSignIn, "Somebody signed in to your account: {}."},
    {Text::NoticeWhen, "It was on {}, and the account is {}."},
    {Text::NoticeHelp,
     "If it was not you, contact {} at once, the way you usually do. This message has no links, and we never ask for a "
     "password or a code by e-mail."},
    {Text::CodeLabel, "Code"},
    {Text::CodeSubject, "Your code"},
    {Text::CodeMessage,
     "{} is your code to continue to {}. It is good for 10 minutes. Never pass it on to anybody: who asks you for it "
     "is not one of us."},
    {Text::EnterCode, "Enter the six digits of the code."},
    {Text::WrongCode, "The code is not right. Check it and try again."},
    {Text::ConfirmAction, "Confirm"},
    {Text::SendCodeAction, "Send a code"},
    {Text::ResendAction, "Send a new code"},
    {Text::ResendWait, "A code was sent a moment ago. Wait {} before you ask for another one."},
    {Text::TooManyCodes, "Too many codes were sent to you. Use another way, or try again in an hour."},
    {Text::CodeSentTo, "We have sent a code to {}."},
    {Text::FactorNameLabel, "Name (if you like)"},
    {Text::FactorNameHelp, "So that you know it again in the list"},
    {Text::TooManyFactors, "Your account has too many of these. Remove one first."},
    {Text::TotpTitle, "Authenticator app"},
    {Text::TotpDescription, "A code from an app on your phone"},
    {Text::TotpText, "Enter the code that your authenticator app shows now."},
    {Text::EnrolTotpTitle, "Set up an authenticator app"},
    {Text::EnrolTotpText, "Scan the picture with the app, or type the key into it. Then enter the code that it shows."},
    {Text::TotpPicture, "QR code with the key for the app"},
    {Text::TotpLink, "Open the app on this device"},
    {Text::EmailTitle, "Code by e-mail"},
    {Text::EmailDescription, "A code that we send to your e-mail address"},
    {Text::EnrolEmailTitle, "Receive codes by e-mail"},
    {Text::EnrolEmailText,
     "Enter the address that you want to receive codes at. A forgotten password can then no longer be replaced by "
     "e-mail alone."},
    {Text::EmailLabel, "E-mail address"},
    {Text::EnterEmail, "Enter an e-mail address like name@example.com."},
    {Text::SmsTitle, "Code by text message"},
    {Text::SmsDescription, "A code that we send to your phone"},
    {Text::EnrolSmsTitle, "Receive codes by text message"},
    {Text::EnrolSmsText, "Enter your mobile number with the country code."},
    {Text::SmsLabel, "Mobile number"},
    {Text::EnterSms, "Enter a number like +49 151 23456789."},
    {Text::RecoveryCodesTitle, "Recovery code"},
    {Text::RecoveryCodesDescription, "One of the codes that you have printed"},
    {Text::RecoveryCodesText, "Enter one of your recovery codes. Each works once."},
    {Text::RecoveryCodeLabel, "Recovery code"},
    {Text::EnterRecoveryCode, "Enter a recovery code: ten letters and digits."},
    {Text::EnrolRecoveryCodesTitle, "Make recovery codes"},
    {Text::EnrolRecoveryCodesText,
     "You get ten codes for the day on which you lose your phone or key. Codes that you had before stop working."},
    {Text::MakeCodesAction, "Make the codes"},
    {Text::ShowRecoveryCodesTitle, "Your recovery codes"},
    {Text::ShowRecoveryCodesText, "Print these codes now and keep them in a safe place. They are not shown again."},
    {Text::FewRecoveryCodesTitle, "Few recovery codes are left"},
    {Text::FewRecoveryCodesText, "Recovery codes left: {}. Make new ones in your account soon."},
    {Text::PinTitle, "PIN of this device"},
    {Text::PinDescription, "The PIN that you chose for this device"},
    {Text::PinText, "Enter your PIN for this device."},
    {Text::PinLabel, "PIN"},
    {Text::EnrolPinTitle, "Choose a PIN for this device"},
    {Text::EnrolPinText, "It works on this device only. Five wrong entries remove it."},
    {Text::NewPinLabel, "New PIN"},
    {Text::RepeatPinLabel, "New PIN again"},
    {Text::PinHelp, "At least six digits"},
    {Text::PinDigits, "A PIN has 6 to 12 digits."},
    {Text::PinTooEasy, "This PIN is easy to guess. Avoid rows, repetitions and years."},
    {Text::PinsDiffer, "You typed two different PINs."},
    {Text::ForgotAction, "I forgot my password"},
    {Text::RecoverTitle, "Choose a new password"},
    {Text::RecoverText, "Enter your username. We send a code to the e-mail address of the account, if it has one."},
    {Text::EnterUsername, "Enter your username."},
    {Text::RecoverCodeTitle, "Confirm that it is you"},
    {Text::RecoverCodeText,
     "If there is such an account and its e-mail address is confirmed, we have sent a code to it. If you receive codes "
     "by e-mail to sign in, use a recovery code instead."},
    {Text::StartAgainAction, "Start again"},
    {Text::UseRecoveryCodeAction, "Use a recovery code"},
    {Text::RecoveryMessage,
     "{} is your code for a new password at {}. It is good for 10 minutes. Never pass it on to anybody. If you did not "
     "ask for it, you need not do anything."},
    {Text::NewPasswordTitle, "Choose a new password"},
    {Text::NewPasswordText, "All other sessions of your account end when it is changed."},
    {Text::NewPasswordLabel, "New password"},
    {Text::RepeatPasswordLabel, "New password again"},
    {Text::NewPasswordHelp, "At least {} characters. A sentence is easy to remember."},
    {Text::ChangePasswordAction, "Change the password"},
    {Text::EnterPasswordTwice, "Enter the new password twice."},
    {Text::PasswordsDiffer, "You typed two different passwords."},
    {Text::PasswordTooShort, "A password has at least {} characters."},
    {Text::PasswordTooLong, "This password is too long."},
    {Text::PasswordNotText, "This password has characters that we cannot keep."},
    {Text::PasswordRepetitive, "This password is easy to guess, because it repeats itself."},
    {Text::PasswordContainsName, "This password is easy to guess, because it is little more than a name."},
    {Text::PasswordBreached, "This password was part of a leak elsewhere. Choose another one."},
    {Text::ProofNeeded,
     "This is the last one that protects your account. Sign in with it, or with a recovery code, and try again."},
    {Text::PasskeyTitle, "Passkey"},
    {Text::PasskeyDescription, "Your fingerprint, your face, the PIN of your device, or a security key"},
    {Text::PasskeyLoginAction, "Sign in with a passkey"},
    {Text::PasskeyUseTitle, "Confirm with your passkey"},
    {Text::PasskeyUseText, "Your device asks for your fingerprint, your face or its PIN."},
    {Text::PasskeyUseAction, "Use a passkey"},
    {Text::PasskeyRefused, "That did not work. Try again, or use another way."},
    {Text::PasskeyEnrolTitle, "Create a passkey"},
    {Text::PasskeyEnrolText,
     "Your device keeps it. From now on you confirm with your fingerprint, your face or the PIN of your device."},
    {Text::PasskeyEnrolAction, "Create a passkey"},
    {Text::PasskeyNameLabel, "Name of this passkey"},
    {Text::PasskeyNameHelp, "You may leave this empty."},
    {Text::PasskeyNameRefused, "A name has at most 64 characters that can be seen."},
    {Text::PasskeyEnrolRefused, "This passkey cannot be used here. Try again, or use another device or security key."},
    {Text::PasskeyTaken, "This passkey is set up already."},
    {Text::PasskeyTooMany, "You have as many passkeys as you can have. Remove one first."},
    {Text::SecurityKeyName, "Security key"},
    {Text::ApproveTitle, "Approve this payment?"},
    {Text::ApproveFor, "{} asks you to pay."},
    {Text::ApproveNote,
     "Check amount and recipient. Approve only what you want to pay; your device signs exactly what you see here."},
    {Text::ApprovePayment, "Payment"},
    {Text::ApproveAmount, "Amount"},
    {Text::ApprovePayee, "To"},
    {Text::ApprovePayeeAccount, "Account of the recipient"},
    {Text::ApproveReference, "Reference"},
    {Text::ApproveClient, "Asked for by"},
    {Text::ApproveAction, "Approve with a passkey"},
    {Text::ApproveDeny, "Do not pay"},
    {Text::ConsentDetails, "In detail"},
    {Text::DetailListAccounts, "See which accounts you have"},
    {Text::DetailReadBalances, "See your balances"},
    {Text::DetailReadTransactions, "See your transactions"},
    {Text::DetailDatatypes, "Only this: {}"},
    {Text::DetailLocations, "Only at {}"},
    {Text::PushTitle, "Approve on your device"},
    {Text::PushDescription, "A question to a device that you have registered"},
    {Text::PushText, "We have asked your device. Type this number there to approve."},
    {Text::PushRelay,
     "Approve only if you opened this page yourself. Nobody from us will ever ask you for this number, and you never "
     "have to read it to anybody."},
    {Text::PushPollAction, "I have approved it"},
    {Text::PushAgainAction, "Ask my device"},
    {Text::PushExpired, "Nobody has approved this in time. Ask your device again."},
    {Text::PushWaits, "Your device is still waiting for your answer."},
    {Text::PushTooMany, "Your devices were asked too often without an approval. Use another way, or try again in {}."},
    {Text::EnrolPushTitle, "Register a device"},
    {Text::EnrolPushText,
     "Scan this code with the app on your device. It works once, for ten minutes, and only your own device may see "
     "it."},
    {Text::PushPicture, "Code for the app on your device"},
    {Text::PushLink, "Open the app on this device"},
    {Text::PushRegisteredAction, "My device has answered"},
    {Text::PushOtherCodeAction, "Start again with another code"},
    {Text::PushDeviceAnswered, "A device called “{}” has answered."},
    {Text::PushDeviceWarning, "Is it yours? If not, somebody else has seen the code: start again."},
    {Text::PushConfirmAction, "Yes, register “{}”"},
    {Text::PushCodeExpired, "This code is no longer valid. Start again with another one."},
    {Text::PushDeviceTaken, "This device is registered already."},
    {Text::NoticePushDenied, "A sign-in or payment was denied on one of your devices."},
    {Text::PushRegisterTitle, "Open this with the app on your device"},
    {Text::PushRegisterText,
     "This address is for the app that approves sign-ins. Scan the code again from inside the app."},
    {Text::AccountTitle, "Your account"},
    {Text::AccountText, "What you sign in with, where you are signed in, and what acts for you."},
    {Text::AccountLastLogin, "Your sign-in before this one"},
    {Text::AccountNoLastLogin, "There was none."},
    {Text::AccountEntryGone, "That is not there any more. Nothing was changed."},
    {Text::BackAction, "Back"},
    {Text::SignOutAction, "Sign out"},
    {Text::SignedOutTitle, "You are signed out"},
    {Text::SignedOutText, "You can close this page."},
    {Text::AccountFactorsTitle, "Ways to sign in"},
    {Text::AccountFactorsText, "What you prove with that it is you."},
    {Text::AccountFactors, "Set up for your account"},
    {Text::FactorTimes, "Added {}, last used {}"},
    {Text::FactorNeverUsed, "Added {}, not used yet"},
    {Text::FactorNameRule, "A name has at most 64 characters in one line."},
    {Text::RenameAction, "Rename"},
    {Text::RemoveAction, "Remove"},
    {Text::AddFactorAction, "Add another way"},
    {Text::KeepAction, "Keep it"},
    {Text::ConfirmRemovalTitle, "Remove this way to sign in?"},
    {Text::ConfirmRemovalText,
     "You cannot sign in with it any more, and you are signed out everywhere else where you did."},
    {Text::LastSecondFactor,
     "This is your last second way to sign in. What needs more than one will not be open to you without it, and "
     "whoever knows the one that is left can sign in as you."},
    {Text::LastWayIn, "This is your only way to sign in. Add another one before you remove it."},
    {Text::AccountSessionsTitle, "Where you are signed in"},
    {Text::AccountSessionsText, "End what you do not know, and then change what you sign in with."},
    {Text::AccountSessions, "Signed in at this moment"},
    {Text::SessionTimes, "Since {}, last used {}"},
    {Text::ThisSession, "{} (this one)"},
    {Text::EndSessionAction, "Sign out there"},
    {Text::EndOtherSessionsAction, "Sign out everywhere else"},
    {Text::AccountDevices, "Known browsers and apps"},
    {Text::AccountNoDevices, "None is known."},
    {Text::DeviceTimes, "Known since {}, last used {}"},
    {Text::ForgetDeviceAction, "Forget"},
    {Text::AccountAppsTitle, "Applications with access"},
    {Text::AccountAppsText, "What you have allowed, and for how long."},
    {Text::AccountNoApps, "No application has access."},
    {Text::AppTimes, "Since {}, until {}"},
    {Text::AppConsentOnly, "No access now. It may ask again without a question to you, since {}."},
    {Text::LookAction, "See and end"},
    {Text::AccountAppTitle, "Access of this application"},
    {Text::AccountAppText, "If you end it, the application has to ask you again."},
    {Text::AppPermissions, "It can"},
    {Text::AppData, "It sees"},
    {Text::AppPayment, "Make the payment of {} {} to {}"},
    {Text::AppAccountInformation, "See information about your bank accounts"},
    {Text::EndAccessAction, "End access"},
    {Text::AccountHistoryTitle, "What happened with your account"},
    {Text::AccountHistoryText,
     "Newest first, with times in UTC. If you did not do something that stands here, change your ways to sign in."},
    {Text::AccountNoHistory, "Nothing has happened yet."},
    {Text::OlderAction, "Older"},
    {Text::NewestAction, "Newest"},
    {Text::HistoryLogin, "You signed in"},
    {Text::HistoryLoginRefused, "A sign-in failed"},
    {Text::HistoryLoginDenied, "A sign-in was refused"},
    {Text::HistoryLoginCancelled, "A sign-in was cancelled"},
    {Text::HistoryConsent, "You allowed an application access"},
    {Text::HistoryConsentRefused, "You did not allow an application access"},
    {Text::HistoryConsentWithdrawn, "You ended the access of an application"},
    {Text::HistoryFactorAdded, "A way to sign in was added"},
    {Text::HistoryFactorRemoved, "A way to sign in was removed"},
    {Text::HistoryFactorRenamed, "A way to sign in was renamed"},
    {Text::HistoryFactorUsed, "A way to sign in was used"},
    {Text::HistorySessionEnded, "You signed out somewhere"},
    {Text::HistoryDeviceForgotten, "A known browser or app was forgotten"},
    {Text::HistoryPayment, "You approved a payment"},
    {Text::HistoryAccountCreated, "Your account was made"},
    {Text::HistoryAccountUpdated, "Your details were changed"},
    {Text::HistoryPasswordSet, "Your password was set"},
    {Text::HistoryRecovered, "You set a new password because the old one was forgotten"},
    {Text::HistoryPasswordChanged, "You changed your password"},
    {Text::HistoryOther, "{} ({})"},
}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kEnglish.size(); ++i) {
    if (static_cast<std::size_t>(kEnglish[i].id) != i) return false;
  }
  return true;
}
static_assert(is_in_order(), "the table must follow the order of the enumeration");

struct ScopeEntry {
  std::string_view scope;
  std::string_view title;
  std::string_view text;
};
constexpr ScopeEntry kScopes[] = {
    {"openid", "Know that it is you", "Confirms your identity with an identifier"},
    {"profile", "See your profile", "Name, picture, birth date, language and the like"},
    {"email", "See your email address", ""},
    {"address", "See your postal address", ""},
    {"phone", "See your phone number", ""},
    {"offline_access", "Keep access while you are away", "For the time stated below"},
    {"accounts", "See your accounts and their balances", ""},
    {"balances", "See your balances", ""},
    {"transactions", "See your transactions", ""},
    {"payments", "Start payments for you", ""},
};

struct ClaimEntry {
  std::string_view claim;
  std::string_view text;
};
constexpr ClaimEntry kClaims[] = {
    {"name", "Your full name"},
    {"given_name", "Your first name"},
    {"family_name", "Your last name"},
    {"middle_name", "Your middle name"},
    {"nickname", "Your nickname"},
    {"preferred_username", "Your username"},
    {"profile", "Your profile page"},
    {"picture", "Your picture"},
    {"website", "Your website"},
    {"email", "Your email address"},
    {"email_verified", "Whether your email address was checked"},
    {"gender", "Your gender"},
    {"birthdate", "Your date of birth"},
    {"zoneinfo", "Your time zone"},
    {"locale", "Your language"},
    {"phone_number", "Your phone number"},
    {"phone_number_verified", "Whether your phone number was checked"},
    {"address", "Your postal address"},
    {"updated_at", "When your details last changed"},
};

}  // namespace

std::string_view text(Text id) {
  return kEnglish.at(static_cast<std::size_t>(id)).text;
}

std::string text(Text id, std::initializer_list<std::string_view> arguments) {
  std::string_view rest = text(id);
  std::string out;
  for (const std::string_view argument : arguments) {
    const auto gap = rest.find("{}");
    if (gap == std::string_view::npos) break;
    out.append(rest.substr(0, gap)).append(argument);
    rest.remove_prefix(gap + 2);
  }
  return out.append(rest);
}

std::string text(const workflow::Facts&, Text id, std::initializer_list<std::string_view> arguments) {
  return text(id, arguments);
}

workflow::Group::Item describe_scope(const workflow::Facts& facts, const std::string& scope) {
  const auto* found = std::ranges::find(kScopes, scope, &ScopeEntry::scope);
  if (found == std::end(kScopes)) return {.title = text(facts, Text::UnknownScope, {scope})};
  return {.title = std::string(found->title), .text = std::string(found->text)};
}

std::string describe_claim(const workflow::Facts&, const std::string& claim) {
  const auto* found = std::ranges::find(kClaims, claim, &ClaimEntry::claim);
  return found == std::end(kClaims) ? claim : std::string(found->text);
}

std::string describe_duration(const workflow::Facts&, Duration duration) {
  struct Unit {
    Duration length;
    std::string_view name;
  };
  constexpr Unit kUnits[] = {{days{1}, "day"}, {hours{1}, "hour"}, {minutes{1}, "minute"}, {seconds{1}, "second"}};
  for (const Unit& unit : kUnits) {
    if (duration < unit.length && unit.length > seconds{1}) continue;
    if (duration % unit.length != Duration{} && unit.length > seconds{1} && duration < 2 * unit.length) continue;
    const auto count = std::max<std::int64_t>(1, (duration + unit.length - Duration{1}) / unit.length);
    return std::to_string(count) + " " + std::string(unit.name) + (count == 1 ? "" : "s");
  }
  return {};
}

}  // namespace signet::server::authn
