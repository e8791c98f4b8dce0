#include "server/authn/throttle.h"

#include <algorithm>
#include <string>

#include "crypto/digest.h"
#include "net/address.h"

namespace signet::server::authn {
namespace {

Digest256 keyed_hash(const SecretText& key, std::string_view kind, std::initializer_list<std::string_view> parts) {
  std::string input(kind);
  for (const std::string_view part : parts) input += "\n" + std::to_string(part.size()) + ":" + std::string(part);
  return crypto::hmac_sha256(as_bytes(key.reveal()), as_bytes(input));
}

}  // namespace

std::string network_of(std::string_view address) {
  const auto parsed = net::IpAddress::parse(address);
  if (!parsed) return std::string(address);
  const std::string_view octets = parsed->octets();
  return std::string(octets.substr(0, parsed->is_v4() ? 4 : 8));
}

Duration wait_after(const GuessingRule& rule, std::int64_t failures) {
  if (failures < rule.free_failures) return Duration{};
  constexpr std::int64_t kMostDoublings = 20;
  const auto doublings = std::min(failures - rule.free_failures, kMostDoublings);
  return std::min(rule.first_wait * (std::int64_t{1} << doublings), rule.longest_wait);
}

Duration remaining_wait(const GuessingRule& rule, const std::optional<store::LoginFailureRecord>& record, Instant now) {
  if (!record) return Duration{};
  const Instant until = record->last_failed_at + wait_after(rule, record->failures);
  return std::max(until - now, Duration{});
}

GuessingSubjects guessing_subjects(const SecretText& key, std::string_view issuer_id, std::string_view username,
                                   std::string_view address) {
  const std::string network = network_of(address);
  return {.pair = keyed_hash(key, "pair", {issuer_id, username, network}),
          .address = keyed_hash(key, "address", {network}),
          .account = keyed_hash(key, "account", {issuer_id, username})};
}

GuessingSubjects factor_subjects(const SecretText& key, std::string_view issuer_id, std::string_view account_id,
                                 std::string_view address) {
  // It stands where usernames stand otherwise: no username has a line break.
  const std::string name = "factors\n" + std::string(account_id);
  return {.pair = keyed_hash(key, "pair", {issuer_id, name}),
          .address = keyed_hash(key, "address", {network_of(address)}),
          .account = keyed_hash(key, "account", {issuer_id, name})};
}

Digest256 client_subject(const SecretText& key, std::string_view issuer_id, std::string_view client_id) {
  return keyed_hash(key, "client", {issuer_id, client_id});
}

Digest256 message_subject(const SecretText& key, std::string_view issuer_id, std::string_view recipient) {
  return keyed_hash(key, "message", {issuer_id, recipient});
}

}  // namespace signet::server::authn
