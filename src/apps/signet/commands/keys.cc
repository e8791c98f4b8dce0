#include "server/keys/key_store.h"

#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "base/run_blocking.h"
#include "crypto/random.h"
#include "server/configuration/secret_file.h"

namespace signet::apps {
namespace {

constexpr std::string_view kName = "keys";

std::optional<server::KeyStore> make_key_store(const Session& session) {
  auto sealing_key = server::KeyStore::make_sealing_key(session.config().master_key);
  if (!sealing_key) return std::nullopt;
  const auto& tools = session.tools();
  return server::KeyStore(tools.store, std::move(*sealing_key), tools.clock, tools.random);
}

/// The issuers of --issuer, or all; none after a message when there is no such issuer.
std::vector<const server::IssuerConfig*> chosen_issuers(const Session& session, const Arguments& arguments) {
  std::vector<const server::IssuerConfig*> chosen;
  if (arguments.has("issuer")) {
    if (const auto* issuer = session.find_issuer(kName, arguments)) chosen.push_back(issuer);
    return chosen;
  }
  for (const auto& issuer : session.config().issuers) chosen.push_back(&issuer);
  return chosen;
}

json::object to_json(const store::SigningKeyRecord& key) {
  return {{"issuer", key.issuer},
          {"kid", key.kid},
          {"alg", key.algorithm},
          {"state", store::name_of(key.state)},
          {"created_at", to_unix_seconds(key.created_at)},
          {"changed_at", to_unix_seconds(key.changed_at)}};
}

int list(const Arguments& arguments) {
  const auto session = Session::open(kName, arguments);
  if (!session) return kRefused;
  auto key_store = make_key_store(*session);
  if (!key_store) return kRefused;
  const auto issuers = chosen_issuers(*session, arguments);
  if (issuers.empty()) return kUsage;
  json::array all;
  std::vector<std::vector<std::string>> rows = {{"ISSUER", "ALGORITHM", "STATE", "SINCE (UTC)", "KID"}};
  for (const auto* issuer : issuers) {
    const auto keys = run_blocking(key_store->list(*issuer));
    if (!keys) return print_failure(kName, keys.error());
    for (const auto& key : *keys) {
      all.push_back(to_json(key));
      rows.push_back({key.issuer, key.algorithm, std::string(store::name_of(key.state)),
                      render_time(to_unix_millis(key.changed_at)), key.kid});
    }
  }
  if (arguments.has("json"))
    print(render_pretty_json(all));
  else if (all.empty())
    print_message("There are no keys yet: `signet serve` makes them at its first start.");
  else
    print(render_table(rows));
  return kDone;
}

/// The algorithms to rotate for one issuer; empty when it keeps no key of the one that was asked for.
std::vector<crypto::SignatureAlgorithm> chosen_algorithms(const server::IssuerConfig& issuer,
                                                          const Arguments& arguments) {
  const auto name = arguments.find("algorithm");
  if (!name) return issuer.signing_algorithms;
  std::vector<crypto::SignatureAlgorithm> chosen;
  for (const auto algorithm : issuer.signing_algorithms) {
    if (crypto::name_of(algorithm) == *name) chosen.push_back(algorithm);
  }
  return chosen;
}

int rotate(const Arguments& arguments) {
  const auto session = Session::open(kName, arguments);
  if (!session) return kRefused;
  auto key_store = make_key_store(*session);
  if (!key_store) return kRefused;
  const auto issuers = chosen_issuers(*session, arguments);
  if (issuers.empty()) return kUsage;
  if (const auto checked = run_blocking(key_store->check_master_key(session->config().issuers)); !checked) {
    return print_failure(kName, checked.error());
  }
  const auto haste = arguments.has("now") ? server::RotationHaste::Now : server::RotationHaste::WhenPublished;
  std::size_t rotated = 0;
  for (const auto* issuer : issuers) {
    for (const auto algorithm : chosen_algorithms(*issuer, arguments)) {
      const auto done = run_blocking(key_store->rotate(*issuer, algorithm, haste, session->actor().peer));
      if (!done) {
        print_failure(kName, done.error());
        if (done.error().code == ErrorCode::Throttled) print_message("  or rotate in any case with --now");
        return kRefused;
      }
      print(issuer->id + ": rotated " + std::string(crypto::name_of(algorithm)) + "\n");
      ++rotated;
    }
  }
  if (rotated == 0) return print_usage_error(kName, "no issuer keeps keys of this --algorithm");
  return kDone;
}

int make_master_key(const std::string& file) {
  crypto::SystemRandom random;
  const auto made = server::make_master_key_file(file, random);
  if (!made) return print_failure(kName, made.error());
  print("Wrote a new master key to " + file +
        ". Keep a copy in a safe place: without it the stored signing keys are lost.\n");
  return kDone;
}

}  // namespace

int keys(Words words) {
  const auto arguments = parse_arguments(kName, words,
                                         std::array{kConfigOption, kIssuerOption, Option{"algorithm", 0, true},
                                                    Option{"now", 0, false}, Option{"json", 0, false}});
  if (!arguments) return kUsage;
  const auto& words_left = arguments->positional();
  if (words_left.size() == 1 && words_left[0] == "list") return list(*arguments);
  if (words_left.size() == 1 && words_left[0] == "rotate") return rotate(*arguments);
  if (words_left.size() == 2 && words_left[0] == "make-master-key") return make_master_key(words_left[1]);
  return print_usage_error(kName, "say list, rotate, or make-master-key FILE");
}

}  // namespace signet::apps
