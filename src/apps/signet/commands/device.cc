// signet device: this terminal as a device that approves sign-ins and payments.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/private_file.h"
#include "apps/signet/session.h"
#include "base/run_blocking.h"
#include "base/url.h"
#include "client/device.h"
#include "crypto/random.h"

namespace signet::apps {
namespace {

constexpr std::string_view kName = "device";
constexpr Option kOptions[] = {{"key-file", 0, true}, {"code-url", 0, true}, {"code", 0, true},   {"issuer", 0, true},
                               {"name", 0, true},     {"number", 0, true},   {"ca-file", 0, true}};

/// A device of this machine with its way to the server.
class LocalDevice {
 public:
  LocalDevice(client::DeviceFile file, std::string ca_pem)
      : http_client_(policy_for(file.issuer)),
        transport_(http_client_),
        device_(std::move(file), std::move(ca_pem), transport_, clock_, random_) {}
  LocalDevice(const LocalDevice&) = delete;
  LocalDevice& operator=(const LocalDevice&) = delete;
  [[nodiscard]] client::Device& device() { return device_; }

 private:
  /// A person's own machine may talk to servers in its own network; without TLS only to itself.
  static net::OutboundPolicy policy_for(const std::string& issuer) {
    const auto url = parse_url(issuer);
    return {.allow_private_addresses = true, .allow_plain_http = url && url->is_loopback()};
  }
  SystemClock clock_;
  crypto::SystemRandom random_;
  net::HttpClient http_client_;
  remote::HttpTransport transport_;
  client::Device device_;
};

Result<std::string> find_ca_pem(const Arguments& arguments) {
  const auto path = arguments.find("ca-file");
  return path ? read_input(*path) : Result<std::string>(std::string());
}

std::string key_file_of(const Arguments& arguments) {
  return arguments.get("key-file", default_private_file("device.json"));
}

Result<std::unique_ptr<LocalDevice>> open_device(const Arguments& arguments) {
  constexpr PublicText kNone = "There is no device yet: register one with \"signet device register\".";
  TRY_ASSIGN(const SecretText text, load_private_file(key_file_of(arguments), kNone));
  TRY_ASSIGN(client::DeviceFile file, client::parse_device_file(text));
  TRY_ASSIGN(std::string ca_pem, find_ca_pem(arguments));
  return std::make_unique<LocalDevice>(std::move(file), std::move(ca_pem));
}

Result<client::RegistrationCode> find_code(const Arguments& arguments) {
  if (const auto url = arguments.find("code-url")) return client::parse_registration_url(*url);
  return client::RegistrationCode{arguments.get("issuer", ""), arguments.get("code", "")};
}

std::string host_name() {
  std::array<char, 65> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "terminal";
}

Result<client::Registered> register_with(const client::RegistrationCode& code, const Arguments& arguments) {
  TRY_ASSIGN(crypto::PrivateKey key, crypto::PrivateKey::generate(crypto::SignatureAlgorithm::ES256));
  client::DeviceFile file{code.issuer, arguments.get("name", host_name()), std::move(key)};
  // Kept before it is shown to the server: a registered key that is lost is worse than one that was never used.
  const std::string path = key_file_of(arguments);
  TRY(save_private_file(path, client::render_device_file(file)));
  TRY_ASSIGN(std::string ca_pem, find_ca_pem(arguments));
  LocalDevice local(std::move(file), std::move(ca_pem));
  return run_blocking(local.device().answer_code(code.code));
}

int register_device(const Arguments& arguments) {
  if (::access(key_file_of(arguments).c_str(), F_OK) == 0) {
    return print_usage_error(kName, "the key file is there already; name another one with --key-file");
  }
  const auto code = find_code(arguments);
  if (!code) return print_failure(kName, code.error());
  if (code->issuer.empty() || code->code.empty()) {
    return print_usage_error(kName, "say --code-url URL, or --issuer URL and --code CODE");
  }
  const auto registered = register_with(*code, arguments);
  if (!registered) {
    ::unlink(key_file_of(arguments).c_str());
    return print_failure(kName, registered.error());
  }
  print(fmt::format("This device will approve for {} at {}. Confirm it on the page that showed the code.\n",
                    registered->account, registered->issuer_name));
  return kDone;
}

/// The server lets a device ask every two seconds; a person who is faster waits that long.
Result<std::vector<client::DeviceChallenge>> list_pending(LocalDevice& local) {
  constexpr int kMostTries = 3;
  auto pending = run_blocking(local.device().list_pending());
  for (int i = 1; i < kMostTries && !pending && pending.error().code == ErrorCode::Throttled; ++i) {
    std::this_thread::sleep_for(seconds{2});
    pending = run_blocking(local.device().list_pending());
  }
  return pending;
}

int show_pending(const Arguments& arguments) {
  const auto local = open_device(arguments);
  if (!local) return print_failure(kName, local.error());
  const auto pending = list_pending(**local);
  if (!pending) return print_failure(kName, pending.error());
  if (pending->empty()) print("Nothing waits for an answer.\n");
  for (const auto& challenge : *pending) print(client::describe(challenge) + "\n");
  return kDone;
}

int answer(const Arguments& arguments, client::DeviceDecision decision) {
  const auto local = open_device(arguments);
  if (!local) return print_failure(kName, local.error());
  const auto pending = list_pending(**local);
  if (!pending) return print_failure(kName, pending.error());
  const auto found = std::ranges::find(*pending, arguments.positional().at(1), &client::DeviceChallenge::challenge_id);
  if (found == pending->end())
    return print_failure(kName, {ErrorCode::NotFound, "No such challenge waits for an answer."});
  // What is signed is what was just shown here, whatever was seen before.
  print(client::describe(*found));
  const auto done = run_blocking((*local)->device().answer(*found, decision, arguments.get("number", ""), false));
  if (!done) return print_failure(kName, done.error());
  print(decision == client::DeviceDecision::Approve ? "Approved.\n" : "Denied.\n");
  return kDone;
}

}  // namespace

int device(Words words) {
  const auto arguments = parse_arguments(kName, words, kOptions);
  if (!arguments) return kUsage;
  const auto& given = arguments->positional();
  const std::string verb = given.empty() ? "" : given.front();
  if (verb == "register" && given.size() == 1) return register_device(*arguments);
  if (verb == "pending" && given.size() == 1) return show_pending(*arguments);
  if (verb == "deny" && given.size() == 2) return answer(*arguments, client::DeviceDecision::Deny);
  if (verb == "approve" && given.size() == 2) {
    if (!arguments->has("number")) return print_usage_error(kName, "say --number NN, the number on the page");
    return answer(*arguments, client::DeviceDecision::Approve);
  }
  return print_usage_error(kName, "say register, pending, approve ID --number NN or deny ID");
}

}  // namespace signet::apps
