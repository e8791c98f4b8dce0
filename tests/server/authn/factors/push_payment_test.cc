#include "server/authn/factors/push_payment.h"
#include "server/authn/approval.h"
#include "server/authn/factors/push_fixture.h"

namespace signet {
namespace {

using test::Browser;
using test::TestDevice;
using test::TestServer;
using test::value_of;
using test::with;

constexpr std::string_view kPayment =
    R"([{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"123.45"},)"
    R"("creditorName":"Merchant A","creditorAccount":{"iban":"DE89370400440532013000"}}])";

class PushPayment : public test::PushTest {
 protected:
  PushPayment() {
    server.issuer();
    enrol(browser, phone);
  }
  static server::IssuerConfig issuer() {
    auto config = two_levels();
    config.authorization_details_types = {"payment_initiation"};
    return config;
  }
};

TEST(PushEvidence, WhatIsNoEvidenceIsRefused) {
  const auto verified = server::authn::verify_push_evidence({}, "{}");
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::BadSignature);
}

}  // namespace
}  // namespace signet
