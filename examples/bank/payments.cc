#include "bank/payments.h"

#include "bank/accounts.h"
#include "oauth/access_token_jti.h"
#include "oauth/iban_iso13616.h"
#include "oauth/rar_rfc9396.h"

namespace signet::bank {
namespace {

constexpr JsonLimits kLimits = {.bytes = 16 * 1024, .depth = 4};

std::unexpected<Error> refuse(PublicText text) {
  return fail(ErrorCode::InvalidRequest, text);
}

/// A member of a member that must be an object; empty when anything is missing.
std::string_view peek(const json::object& object, std::string_view member, std::string_view name) {
  const auto* inner = object.if_contains(member);
  return inner != nullptr && inner->is_object() ? peek_string(inner->get_object(), name) : std::string_view();
}

}  // namespace

Result<PaymentOrder> parse_payment_order(std::string_view body) {
  const auto payment = parse_json_object(body, kLimits);
  if (!payment) return refuse("The payment is not a JSON object.");
  const auto cents = parse_amount(peek(*payment, "instructedAmount", "amount"));
  if (!cents) return refuse("The member instructedAmount.amount must be a positive amount.");
  const std::string_view creditor = peek(*payment, "creditorAccount", "iban");
  if (!oauth::is_iban(creditor)) return refuse("The member creditorAccount.iban must be an IBAN.");
  const std::string_view name = peek_string(*payment, "creditorName");
  if (name.empty()) return refuse("The member creditorName must name the payee.");
  return PaymentOrder{.cents = *cents,
                      .currency = std::string(peek(*payment, "instructedAmount", "currency")),
                      .debtor_iban = std::string(peek(*payment, "debtorAccount", "iban")),
                      .creditor_name = std::string(name),
                      .creditor_iban = std::string(creditor),
                      .reference = std::string(peek_string(*payment, "remittanceInformationUnstructured"))};
}

Result<void> check_approved(const PaymentOrder& order, std::string_view authorization_details) {
  constexpr auto kCode = ErrorCode::InsufficientScope;
  if (authorization_details.empty())
    return fail(kCode, "The token allows no payment: it has no authorization_details.");
  auto details = oauth::parse_authorization_details(authorization_details);
  if (!details) {
    return fail_as(std::move(details).error(), kCode,
                   "The token allows no payment: its authorization_details cannot be read.");
  }
  const auto approved = oauth::find_payment(*details);
  if (!approved) return fail(kCode, "The token allows no payment: authorization_details has no payment_initiation.");
  if (parse_amount(approved->amount) != order.cents) return fail(kCode, "The amount is not the one that was approved.");
  if (approved->currency != order.currency) return fail(kCode, "The currency is not the one that was approved.");
  if (approved->payee != order.creditor_name) return fail(kCode, "The payee is not the one that was approved.");
  if (approved->payee_account != order.creditor_iban) {
    return fail(kCode, "The account of the payee is not the one that was approved.");
  }
  if (approved->reference != order.reference) {
    return fail(kCode, "The remittance information is not the one that was approved.");
  }
  return {};
}

Result<void> UsedApprovals::use(const verify::VerifiedToken& token) {
  if (token.jti.empty())
    return fail(ErrorCode::InsufficientScope, "The token has no jti, so its payment is not unique.");
  const std::string_view grant = oauth::grant_of_jti(token.jti);
  std::string approval = token.iss + "\n" + std::string(grant.empty() ? token.jti : grant);
  const std::scoped_lock lock(mutex_);
  if (used_.insert(std::move(approval)).second) return {};
  return fail(ErrorCode::AlreadyUsed, "The payment that was approved has been executed already.");
}

}  // namespace signet::bank
