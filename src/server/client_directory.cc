#include "server/client_directory.h"

#include <atomic>

namespace signet::server {
namespace {

constexpr Duration kEntryTrustedFor = seconds{1};
constexpr Duration kKeysTrustedFor = minutes{5};
constexpr Duration kRefetchPause = seconds{10};
constexpr std::size_t kCachedClients = 10'000;
constexpr std::size_t kMaxJwksBytes = 64 * 1024;

struct Entry {
  ClientPointer client;
  store::Clients::Version version;
  Instant checked_at;
};

Result<oauth::ClientMetadata> parse_stored(const store::ClientRecord& record, const oauth::Profile& profile) {
  TRY_ASSIGN(const json::object members, parse_json_object(record.metadata));
  return oauth::parse_client_metadata(members, profile);
}

struct FetchedKeys {
  std::shared_ptr<const jose::JwkSet> keys;
  Instant fetched_at;
  Instant tried_at;
};

}  // namespace

struct ClientDirectory::Impl {
  store::Store& store;
  net::HttpClient& http_client;
  const Clock& clock;
  const Log& log;
  std::string outbound_ca_pem;

  std::mutex mutex;  // held for a look-up in a map, never across an await
  std::unordered_map<std::string, Entry> entries;
  std::unordered_map<std::string, FetchedKeys> fetched;

  std::optional<Entry> cached(const std::string& key) {
    const std::scoped_lock lock(mutex);
    const auto found = entries.find(key);
    return found == entries.end() ? std::nullopt : std::optional(found->second);
  }
  void remember(const std::string& key, Entry entry) {
    const std::scoped_lock lock(mutex);
    if (entries.size() >= kCachedClients) entries.clear();
    entries.insert_or_assign(key, std::move(entry));
  }
  void forget(const std::string& key) {
    const std::scoped_lock lock(mutex);
    entries.erase(key);
  }

  Task<Result<std::shared_ptr<const jose::JwkSet>>> fetch(std::string jwks_uri);
  /// Marks an attempt and says whether it is allowed now: one client cannot make us hammer a third party.
  bool may_fetch(const std::string& jwks_uri, Instant now);
  std::shared_ptr<const jose::JwkSet> kept(const std::string& jwks_uri, Instant now);
};

ClientDirectory::ClientDirectory(store::Store& store, net::HttpClient& http_client, const Clock& clock, const Log& log,
                                 std::string outbound_ca_pem)
    : impl_(std::make_unique<Impl>(store, http_client, clock, log, std::move(outbound_ca_pem))) {}

ClientDirectory::~ClientDirectory() = default;

Task<Result<ClientPointer>> ClientDirectory::find(std::string issuer_id, const oauth::Profile& profile,
                                                  std::string client_id) {
  const std::string key = issuer_id + '\n' + client_id;
  const Instant now = impl_->clock.now();
  auto entry = impl_->cached(key);
  if (entry && now - entry->checked_at < kEntryTrustedFor) co_return entry->client;

  if (entry) {
    CO_TRY_ASSIGN(const auto version, co_await impl_->store.clients.find_version(client_id, issuer_id));
    if (version && *version == entry->version) {
      entry->checked_at = now;
      impl_->remember(key, *entry);
      co_return entry->client;
    }
  }
  CO_TRY_ASSIGN(std::optional<store::ClientRecord> record, co_await impl_->store.clients.find(client_id, issuer_id));
  if (!record) {
    // An unknown name is not remembered: anybody can invent names, and none may push a real client out of the cache.
    impl_->forget(key);
    co_return ClientPointer{};
  }
  auto metadata = parse_stored(*record, profile);
  if (!metadata) {
    impl_->log.failure("client.metadata_no_longer_valid", metadata.error());
    co_return fail(ErrorCode::InvalidClient, "The registration of this client does not fit the issuer any more.");
  }
  auto client = std::make_shared<const oauth::ClientMetadata>(*std::move(metadata));
  impl_->remember(key, Entry{.client = client, .version = {record->version, record->created_at}, .checked_at = now});
  co_return client;
}

bool ClientDirectory::Impl::may_fetch(const std::string& jwks_uri, Instant now) {
  const std::scoped_lock lock(mutex);
  FetchedKeys& state = fetched[jwks_uri];
  if (state.tried_at != Instant{} && now - state.tried_at < kRefetchPause) return false;
  state.tried_at = now;
  return true;
}

std::shared_ptr<const jose::JwkSet> ClientDirectory::Impl::kept(const std::string& jwks_uri, Instant now) {
  const std::scoped_lock lock(mutex);
  const auto found = fetched.find(jwks_uri);
  if (found == fetched.end() || found->second.keys == nullptr) return nullptr;
  return now - found->second.fetched_at < kKeysTrustedFor ? found->second.keys : nullptr;
}

Task<Result<std::shared_ptr<const jose::JwkSet>>> ClientDirectory::Impl::fetch(std::string jwks_uri) {
  net::OutgoingRequest request;
  request.url = jwks_uri;
  request.timeout = seconds{5};
  request.max_response_bytes = kMaxJwksBytes;
  request.fields.set("Accept", "application/jwk-set+json, application/json");
  request.tls.ca_pem = outbound_ca_pem;
  CO_TRY_ASSIGN(const http::Response response, co_await http_client.send(std::move(request)));
  if (response.status != 200)
    co_return fail(ErrorCode::Unavailable, "The jwks_uri of the client did not answer with 200.");
  CO_TRY_ASSIGN(jose::JwkSet set, jose::parse_jwk_set(response.body));
  auto keys = std::make_shared<const jose::JwkSet>(std::move(set));
  const std::scoped_lock lock(mutex);
  FetchedKeys& state = fetched[jwks_uri];
  state.keys = keys;
  state.fetched_at = clock.now();
  co_return keys;
}

Task<Result<std::shared_ptr<const jose::JwkSet>>> ClientDirectory::keys(ClientPointer client, bool unknown_kid) {
  if (client->jwks) co_return std::shared_ptr<const jose::JwkSet>(client, &*client->jwks);
  if (client->jwks_uri.empty()) co_return fail(ErrorCode::InvalidClient, "The client has no registered keys.");
  const Instant now = impl_->clock.now();
  auto kept = impl_->kept(client->jwks_uri, now);
  if (kept != nullptr && !unknown_kid) co_return kept;
  if (!impl_->may_fetch(client->jwks_uri, now)) {
    if (kept != nullptr) co_return kept;
    co_return fail(ErrorCode::Unavailable, "The keys of the client cannot be fetched at the moment.");
  }
  auto fresh = co_await impl_->fetch(client->jwks_uri);
  if (fresh) co_return fresh;
  impl_->log.failure("client.jwks_uri_failed", fresh.error());
  if (kept != nullptr) co_return kept;
  co_return fail(ErrorCode::Unavailable, "The keys of the client cannot be fetched at the moment.");
}

}  // namespace signet::server
