#pragma once
// Codes that a person reads off a device and types: HOTP (a counter) and TOTP (the time), and the URI that brings their
// key into an authenticator app.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace signet::crypto {

enum class OneTimePasswordHash { Sha1, Sha256 };
enum class OneTimePasswordDigits : std::uint8_t { Six = 6, Eight = 8 };

struct HotpSettings {
  OneTimePasswordHash hash = OneTimePasswordHash::Sha1;  ///< many apps know no other
  OneTimePasswordDigits digits = OneTimePasswordDigits::Six;
};

struct TotpSettings {
  HotpSettings hotp = {};
  seconds period{30};
  unsigned window = 1;  ///< steps before and after the present one whose codes are taken (RFC6238-5.2)
};

/// A new key of 20 random bytes. Spec: RFC4226-4
[[nodiscard]] SecretBytes make_one_time_password_key(Random& random);

/// The code of one counter value, with leading zeros. Spec: RFC4226-5.3
[[nodiscard]] std::string make_hotp(const SecretBytes& key, std::uint64_t counter, HotpSettings settings = {});

/// The number of whole periods since the epoch. Spec: RFC6238-4.2
[[nodiscard]] std::uint64_t totp_step_at(Instant now, const TotpSettings& settings = {});

/// The time step whose code was typed, to be stored as the next `last_used_step` in the statement that accepts it.
/// Nothing when no code of the window is equal, or when it belongs to a step that is not later than `last_used_step`
/// (0: none was used): a code that was seen once is of no use to the one who saw it. Every code of the window is
/// compared, each in constant time. Spec: RFC6238-5.2
[[nodiscard]] std::optional<std::uint64_t> find_totp_step(const SecretBytes& key, std::string_view code, Instant now,
                                                          std::uint64_t last_used_step,
                                                          const TotpSettings& settings = {});

/// `otpauth://totp/ISSUER:ACCOUNT?secret=…`, what an authenticator app reads from a QR code. It holds the key. A colon
/// in a name becomes a space, because the apps part the label at the first one, escaped or not.
[[nodiscard]] std::string render_otpauth_uri(std::string_view issuer, std::string_view account, const SecretBytes& key,
                                             const TotpSettings& settings = {});
/// The key of such a URI, as an app reads it. Fails: Malformed, UnsupportedAlgorithm (other settings than the common
/// ones)
[[nodiscard]] Result<SecretBytes> parse_otpauth_uri(std::string_view uri);

}  // namespace signet::crypto
