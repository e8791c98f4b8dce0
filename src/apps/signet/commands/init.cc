// Everything a first look needs, in one folder: certificates, keys, settings, two clients, a gateway, an API, two
// users.
#include "apps/signet/commands.h"
#include "apps/signet/init/gateway_settings.h"
#include "apps/signet/init/parties.h"
#include "apps/signet/output.h"
#include "base/text.h"
#include "crypto/random.h"
#include "server/configuration/secret_file.h"

namespace signet::apps {
namespace {

constexpr std::string_view kName = "init";
constexpr std::string_view kSettingsFile = "signet.toml";
constexpr std::string_view kBankFile = "bank.toml";
constexpr std::string_view kGatewayFile = "nginx.conf";
constexpr std::string_view kPolicyFile = "policies/login.json";
constexpr std::string_view kMasterKeyFile = "master.key";
constexpr std::string_view kServerIdentity = "localhost";

/// The command line that other commands would get for the settings in this folder.
Arguments arguments_for(const std::string& config_path) {
  const std::vector<std::string> words = {"--config", config_path};
  return *parse_arguments(kName, words, std::array{kConfigOption});
}

Result<Plan> plan_from_arguments(const Arguments& arguments) {
  const auto port_base = parse_decimal(arguments.get("port-base", std::to_string(kDefaultPortBase)));
  return make_plan(arguments.get("issuer-url", ""), port_base.value_or(0));
}

/// Settings that are there say where everything is; options that would say something else are refused.
std::optional<Plan> choose_plan(const Arguments& arguments, const NewFiles& files) {
  const std::string settings = files.path(std::string(kSettingsFile));
  const bool is_set_up = files.has(std::string(kSettingsFile));
  if (is_set_up && (arguments.has("port-base") || arguments.has("issuer-url"))) {
    print_message(
        "signet init: " + settings +
        " exists and is left as it is.\n  Change addresses there, in bank.toml and nginx.conf, or set up another "
        "folder with --data DIR.");
    return std::nullopt;
  }
  if (!is_set_up) {
    auto plan = plan_from_arguments(arguments);
    if (!plan) print_failure(kName, plan.error());
    return plan ? std::optional(*std::move(plan)) : std::nullopt;
  }
  const auto config = load_config_or_print(kName, arguments_for(settings));
  if (!config) return std::nullopt;
  auto plan = read_plan(*config);
  if (!plan) print_failure(kName, plan.error());
  return plan ? std::optional(*std::move(plan)) : std::nullopt;
}

Result<void> write_if_missing(const NewFiles& files, std::string_view name, const std::string& text) {
  if (files.has(std::string(name))) return {};
  return files.write(std::string(name), text);
}

Result<void> make_files(const NewFiles& files, const Plan& plan) {
  const SystemClock clock;
  crypto::SystemRandom random;
  for (const auto folder : {"", "clients", "passwords", "policies", "logs", "nginx"}) TRY(files.make_folder(folder));
  TRY_ASSIGN(auto ca, DevelopmentCa::open(files, clock.now(), random));
  TRY(ca.make_server_certificate(std::string(kServerIdentity), plan.host));
  if (!files.has(std::string(kMasterKeyFile))) {
    TRY(server::make_master_key_file(files.path(std::string(kMasterKeyFile)), random));
  }
  TRY(make_client_files(files, plan, ca));
  TRY(make_password_files(files, random));
  TRY(write_if_missing(files, kBankFile, render_bank_settings(plan)));
  TRY(write_if_missing(files, kGatewayFile, render_gateway_settings(plan)));
  TRY(write_if_missing(files, kPolicyFile, render_sample_policy()));
  // Last: whoever finds the settings finds everything they name.
  return write_if_missing(files, kSettingsFile, render_server_settings(plan));
}

Result<void> make_registrations(const Session& session, const NewFiles& files) {
  TRY(register_clients(session, files));
  return register_users(session, files);
}

void print_summary(const NewFiles& files, const Plan& plan) {
  print(render_table(
      {{"issuer", plan.issuer_url},
       {"for client certificates", plan.mtls_url},
       {"demo API", plan.bank_url + "  (at the gateway, " + files.path(std::string(kGatewayFile)) + ")"},
       {"settings", files.path(std::string(kSettingsFile))},
       {"clients", files.path("clients/budget-app.json") + "  (private_key_jwt, DPoP)"},
       {"", files.path("clients/treasury-app.json") + "  (certificate for both)"},
       {"users", "alice and bob, passwords in " + files.path("passwords/")},
       {"a sample policy", files.path(std::string(kPolicyFile)) + "  (not applied: signet workflows apply)"},
       {"certificate authority", files.path("ca.pem") + "  (for development only)"}}));
  print("\nStart it with: signet serve -c " + files.path(std::string(kSettingsFile)) + "\n");
}

}  // namespace

int init(Words words) {
  const auto arguments = parse_arguments(kName, words,
                                         std::array{Option{"data", 0, true}, Option{"port-base", 0, true},
                                                    Option{"issuer-url", 0, true}, Option{"quiet", 'q', false}});
  if (!arguments) return kUsage;
  if (!arguments->positional().empty() || !arguments->has("data")) {
    return print_usage_error(kName, "name the folder with --data DIR");
  }
  const NewFiles files(arguments->get("data", ""));
  const auto plan = choose_plan(*arguments, files);
  if (!plan) return kRefused;
  if (const auto made = make_files(files, *plan); !made) return print_failure(kName, made.error());
  const auto session = Session::open(kName, arguments_for(files.path(std::string(kSettingsFile))), NewDatabase::Wanted);
  if (!session) return kRefused;
  if (const auto made = make_registrations(*session, files); !made) return print_failure(kName, made.error());
  if (!arguments->has("quiet")) print_summary(files, *plan);
  return kDone;
}

}  // namespace signet::apps
