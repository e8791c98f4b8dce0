#include "webauthn/authenticator_data.h"

#include <gtest/gtest.h>

#include "support/cbor.h"

namespace signet::webauthn {
namespace {

namespace cbor = test::cbor;

Bytes with_credential_id_of(std::size_t size) {
  Bytes data(37, 0);
  data[32] = 0x41;
  data = cbor::append(std::move(data), Bytes(16, 0xaa));
  data.push_back(static_cast<std::uint8_t>(size >> 8));
  data.push_back(static_cast<std::uint8_t>(size));
  return cbor::append(cbor::append(std::move(data), Bytes(size, 0x11)), cbor::map({}));
}

// WEBAUTHN-6.1
TEST(AuthenticatorData, FlagsAndCounterAreRead) {
  Bytes bytes(37, 0);
  bytes[32] = 0x01 | 0x08 | 0x10;
  bytes[33] = 0x01;
  bytes[36] = 0x02;
  const auto data = parse_authenticator_data(bytes);
  ASSERT_TRUE(data);
  EXPECT_TRUE(data->user_present);
  EXPECT_FALSE(data->user_verified);
  EXPECT_TRUE(data->backup_eligible);
  EXPECT_TRUE(data->backup_state);
  EXPECT_EQ(data->sign_count, 0x01000002U);
  EXPECT_FALSE(data->attested_credential);
  bytes[32] = 0x04 | 0x22;  // and two bits that are reserved
  EXPECT_TRUE(parse_authenticator_data(bytes)->user_verified);
  EXPECT_FALSE(parse_authenticator_data(bytes)->user_present);
}

// WEBAUTHN-7.1-25
TEST(AuthenticatorData, ACredentialIdHas1To1023Bytes) {
  EXPECT_EQ(parse_authenticator_data(with_credential_id_of(1023))->attested_credential->credential_id.size(), 1023U);
  for (const std::size_t size : {0, 1024, 65535}) {
    const auto data = parse_authenticator_data(with_credential_id_of(size));
    ASSERT_FALSE(data);
    EXPECT_EQ(data.error().public_text.view(), "The credential id must have 1 to 1023 bytes.");
  }
}

// WEBAUTHN-6.1
TEST(AuthenticatorData, EveryShorterTextIsRefused) {
  const Bytes whole = with_credential_id_of(4);
  ASSERT_TRUE(parse_authenticator_data(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_authenticator_data(BytesView(whole).first(size))) << size;
  }
}

TEST(AuthenticatorData, AnAaguidIsWrittenAsUuid) {
  Aaguid aaguid{};
  for (std::uint8_t i = 0; i < 16; ++i) aaguid[i] = static_cast<std::uint8_t>(i * 0x11);
  EXPECT_EQ(render_aaguid(aaguid), "00112233-4455-6677-8899-aabbccddeeff");
}

}  // namespace
}  // namespace signet::webauthn
