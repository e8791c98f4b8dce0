#pragma once
// Payment orders: what a client asks to be executed, whether it is what the user has approved, and whether it was
// executed already. Spec: RFC9396-9, Delegated Regulation (EU) 2018/389,
// articles 4 and 5

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "verify/verification.h"

namespace signet::bank {

struct PaymentOrder {
  std::int64_t cents = 0;
  std::string currency;
  std::string debtor_iban;
  std::string creditor_name;
  std::string creditor_iban;
  std::string reference;  ///< remittance information; empty without one
};

/// Fails: InvalidRequest, the text names the member
[[nodiscard]] Result<PaymentOrder> parse_payment_order(std::string_view body);

/// Is the order the one payment in the `authorization_details` of a token? What the user saw and approved is executed
/// and nothing else. Fails: InsufficientScope, the text names what differs
[[nodiscard]] Result<void> check_approved(const PaymentOrder& order, std::string_view authorization_details);

/// The approvals that were used: one approval, one payment, however many tokens a refresh makes of it. A bank keeps
/// this with its accounts; the example keeps it in memory. Thread: any
class UsedApprovals {
 public:
  /// Fails: AlreadyUsed, InsufficientScope (the token has no `jti` to tell one approval from the next)
  [[nodiscard]] Result<void> use(const verify::VerifiedToken& token);

 private:
  std::mutex mutex_;
  std::set<std::string> used_;
};

}  // namespace signet::bank
