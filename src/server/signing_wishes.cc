#include "server/signing_wishes.h"

#include <algorithm>

namespace signet::server {
namespace {

constexpr std::size_t kPortion = 500;
constexpr std::string_view kMembers[] = {"access_token_signed_response_alg", "id_token_signed_response_alg",
                                         "introspection_signed_response_alg"};

bool signs_with(const IssuerConfig& issuer, std::string_view name) {
  const auto algorithm = crypto::find_signature_algorithm(name);
  return algorithm && std::ranges::find(issuer.signing_algorithms, *algorithm) != issuer.signing_algorithms.end();
}

}  // namespace

std::optional<std::string_view> find_unserved_wish(const json::object& metadata, const IssuerConfig& issuer) {
  for (const auto member : kMembers) {
    if (metadata.contains(member) && !signs_with(issuer, peek_string(metadata, member))) return member;
  }
  return std::nullopt;
}

Task<Result<std::vector<UnservedClient>>> list_unserved_clients(const store::Store& store, const IssuerConfig& issuer) {
  std::vector<UnservedClient> unserved;
  std::string after;
  for (;;) {
    CO_TRY_ASSIGN(const auto clients, co_await store.clients.list(issuer.id, after, kPortion));
    for (const auto& client : clients) {
      const auto metadata = parse_json_object(client.metadata);
      const auto member = metadata ? find_unserved_wish(*metadata, issuer) : std::nullopt;
      if (!member) continue;
      unserved.push_back({client.client_id, std::string(*member), std::string(peek_string(*metadata, *member))});
    }
    if (clients.size() < kPortion) co_return unserved;
    after = clients.back().client_id;
  }
}

}  // namespace signet::server
