#pragma once
// Codes of six digits: the field they are typed into, and those that this server makes and sends.

#include "base/secret.h"
#include "server/authn/step_work.h"
#include "workflow/definition.h"

namespace signet::server::authn {

/// The field for a code of digits that a person copies from elsewhere.
[[nodiscard]] workflow::Field make_code_field(const workflow::Facts& facts);
/// The six digits that were typed into it, whatever spaces stand between them; empty when it is not that.
[[nodiscard]] SecretText find_typed_code(const workflow::Submission& submission);
/// What is said when it is not: no attempt is spent.
[[nodiscard]] workflow::Problem make_enter_code_problem(const workflow::Facts& facts);

inline constexpr Duration kCodeLifetime = minutes{10};
inline constexpr Duration kResendPause = minutes{1};
inline constexpr std::int64_t kMostCodesPerHour = 5;

/// A new code. What the login keeps of it is a keyed hash over issuer, login and `purpose`: it is good nowhere else.
struct NewCode {
  SecretText code;
  json::object kept;  ///< for the fact kSentCode; a caller adds members of its own
};
[[nodiscard]] NewCode make_code(const StepWork& work, std::string_view purpose);
/// Is it the code that the login keeps for this purpose, and still good?
[[nodiscard]] bool is_code(const StepWork& work, const json::object& kept, std::string_view purpose,
                           const SecretText& code);

/// How long to wait until another code may be asked for; zero: it may.
[[nodiscard]] Duration resend_wait(const workflow::Facts& facts, const json::object& kept);
[[nodiscard]] workflow::Problem make_resend_problem(const workflow::Facts& facts, Duration wait);

/// Counts a code for `subject` ("mail\n<account>") and says whether it may be sent: at most `limit` are within an hour
/// of the last. Fails: Unavailable
[[nodiscard]] Task<Result<bool>> count_code(StepWork& work, std::string subject,
                                            std::int64_t limit = kMostCodesPerHour);

/// "a***@example.com", "+49*******12": enough for its owner to know it again.
[[nodiscard]] std::string mask_mail_address(std::string_view address);
[[nodiscard]] std::string mask_phone_number(std::string_view number);

}  // namespace signet::server::authn
