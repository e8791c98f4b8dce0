#pragma once
// Rich authorization requests: objects that say exactly what is asked for, where a scope only has a name.
// Spec: RFC9396-2, RFC9396-5, RFC9396-7

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace signet::oauth {

/// The types whose objects are understood. Each needs a user.
inline constexpr std::string_view kPaymentInitiation = "payment_initiation";
inline constexpr std::string_view kAccountInformation = "account_information";
[[nodiscard]] bool is_known_detail_type(std::string_view type);

/// The objects of the parameter: at most 8 KiB, 1 to 10 objects of known types with known members of the right form,
/// and at most one payment, since each is approved by itself. Fails: InvalidAuthorizationDetails, the text names the
/// member
[[nodiscard]] Result<json::array> parse_authorization_details(std::string_view text);

/// Every type must be among `types`. Fails: InvalidAuthorizationDetails with `refusal`
[[nodiscard]] Result<void> check_detail_types(const json::array& details, const std::vector<std::string>& types,
                                              PublicText refusal);
/// Every location must be in `audience`: of others no token would hold the object. Fails: InvalidAuthorizationDetails.
/// Spec: RFC9396-2.2
[[nodiscard]] Result<void> check_detail_locations(const json::array& details, const std::vector<std::string>& audience);

/// JSON that depends on the content alone: members in the order of their names, no white space. What is stored, hashed
/// and compared.
[[nodiscard]] std::string canonical_text(const json::value& details);

/// What a payer approves. All as they were sent.
struct Payment {
  std::string amount;  ///< "123.45"
  std::string currency;
  std::string payee;
  std::string payee_account;  ///< an IBAN, or "scheme:identification"
  std::string reference;      ///< remittance information; empty without one
  bool operator==(const Payment&) const = default;
};
/// The one payment of checked details.
[[nodiscard]] std::optional<Payment> find_payment(const json::array& details);

// Of details that were granted or stored, as canonical text; empty when there are none. ------------------------------

/// Text that cannot be read counts as a payment: nobody may take it for approved.
[[nodiscard]] bool holds_payment(std::string_view details);

/// The objects, each as canonical text, that a consent may be remembered for: all but payments.
[[nodiscard]] std::vector<std::string> lasting_details(std::string_view details);

/// The details of a token: `requested`, each of which must be one of `granted`; all of `granted` when nothing was
/// requested. Fails: InvalidAuthorizationDetails. Spec: RFC9396-6
[[nodiscard]] Result<std::string> narrow_authorization_details(std::string_view requested, std::string_view granted);

/// base64url of the SHA-256: what binds an approval to them. Empty when there are none.
[[nodiscard]] std::string details_hash(std::string_view details);

/// The part whose objects are of one of the `types`.
[[nodiscard]] std::string details_of_types(std::string_view details, const std::vector<std::string>& types);

/// The part for one of the resources in `audience`: objects whose `locations` name one of them, or that name none.
/// Spec: RFC9396-9.1
[[nodiscard]] std::string details_for(std::string_view details, const std::vector<std::string>& audience);

}  // namespace signet::oauth
