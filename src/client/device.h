#pragma once
// A device that approves sign-ins and payments: it holds a key, joins an account by a code, shows what waits for an
// answer, and signs the answer. docs/push.md says how an app does the same.

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "crypto/key.h"
#include "remote/transport.h"

namespace signet::client {

/// The file of a device: for its owner alone.
struct DeviceFile {
  std::string issuer;
  std::string name;
  crypto::PrivateKey key;
};
[[nodiscard]] SecretText render_device_file(const DeviceFile& file);
/// Fails: Malformed
[[nodiscard]] Result<DeviceFile> parse_device_file(const SecretText& text);

/// The address behind the QR code of a registration page: the issuer, and the code behind "#".
struct RegistrationCode {
  std::string issuer;
  std::string code;
};
/// Fails: Malformed
[[nodiscard]] Result<RegistrationCode> parse_registration_url(std::string_view url);

/// Whose device it becomes, once its owner has confirmed it on the page with the code.
struct Registered {
  std::string account;
  std::string issuer_name;
};

struct DeviceChallenge {
  std::string challenge_id;
  std::string purpose;    ///< "login" or "payment"
  std::string shown;      ///< JSON text; its hash is signed
  json::object contents;  ///< the same, read
  Instant expires_at{};
};

enum class DeviceDecision { Approve, Deny };

class Device {
 public:
  /// Needs: `transport`, `clock` and `random` outlive it
  Device(DeviceFile file, std::string ca_pem, remote::Transport& transport, const Clock& clock, Random& random);

  /// Each fails: as net::HttpClient::send, InvalidRequest and others as the server says, Throttled (asks too often)
  [[nodiscard]] Task<Result<Registered>> answer_code(std::string code);
  /// Those whose hash is the one of what they show.
  [[nodiscard]] Task<Result<std::vector<DeviceChallenge>>> list_pending();
  /// `user_verified`: the device has made sure that its user is the one it belongs to.
  [[nodiscard]] Task<Result<void>> answer(DeviceChallenge challenge, DeviceDecision decision, std::string number,
                                          bool user_verified);

 private:
  [[nodiscard]] Task<Result<json::object>> post(std::string path, json::object body);

  DeviceFile file_;
  std::string ca_pem_;
  remote::Transport& transport_;
  const Clock& clock_;
  Random& random_;
};

/// What a challenge asks, line by line, for a terminal.
[[nodiscard]] std::string describe(const DeviceChallenge& challenge);

}  // namespace signet::client
