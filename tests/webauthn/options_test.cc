#include "webauthn/options.h"

#include <gtest/gtest.h>

namespace signet::webauthn {
namespace {

// WEBAUTHN-5.4
TEST(Options, CreationOptionsAreInTheFormThatBrowsersParse) {
  const CreationOptions options{.rp_id = "bank.example",
                                .rp_name = "Bank",
                                .user = {Bytes{1, 2, 3}, "kim@bank.example", "Kim"},
                                .challenge = Bytes(16, 0xff),
                                .exclude_credentials = {{Bytes{9}, {"usb", "nfc"}}, {Bytes{8}, {}}},
                                .resident_key = ResidentKey::Required,
                                .user_verification = UserVerification::Required,
                                .authenticator_attachment = "platform",
                                .attestation = AttestationConveyance::Direct,
                                .timeout = seconds{90}};
  EXPECT_EQ(json::value(render_creation_options(options)), json::value(parse_json(R"({
    "rp": {"id": "bank.example", "name": "Bank"},
    "user": {"id": "AQID", "name": "kim@bank.example", "displayName": "Kim"},
    "challenge": "_____________________w",
    "pubKeyCredParams": [{"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
    "timeout": 90000,
    "excludeCredentials": [{"type": "public-key", "id": "CQ", "transports": ["usb", "nfc"]}, {"type": "public-key", "id": "CA"}],
    "authenticatorSelection": {"residentKey": "required", "requireResidentKey": true, "userVerification": "required",
                               "authenticatorAttachment": "platform"},
    "attestation": "direct",
    "extensions": {"credProps": true}})")
                                                                           .value()));
}

// WEBAUTHN-5.4
TEST(Options, NothingIsDemandedUnlessSaid) {
  const auto object = render_creation_options({.rp_id = "a.example", .rp_name = "A", .user = {}, .challenge = {}});
  EXPECT_EQ(object.at("attestation").as_string(), "none");
  EXPECT_EQ(
      object.at("authenticatorSelection"),
      json::value(
          parse_json(R"({"residentKey": "preferred", "requireResidentKey": false, "userVerification": "preferred"})")
              .value()));
  EXPECT_TRUE(object.at("excludeCredentials").as_array().empty());
}

// WEBAUTHN-5.5
TEST(Options, RequestOptionsAreInTheFormThatBrowsersParse) {
  const RequestOptions options{.rp_id = "bank.example",
                               .challenge = Bytes(16, 0),
                               .allow_credentials = {{Bytes{9}, {"internal"}}},
                               .user_verification = UserVerification::Discouraged,
                               .timeout = minutes{1}};
  EXPECT_EQ(json::value(render_request_options(options)), json::value(parse_json(R"({
    "challenge": "AAAAAAAAAAAAAAAAAAAAAA", "timeout": 60000, "rpId": "bank.example",
    "allowCredentials": [{"type": "public-key", "id": "CQ", "transports": ["internal"]}],
    "userVerification": "discouraged"})")
                                                                          .value()));
}

}  // namespace
}  // namespace signet::webauthn
