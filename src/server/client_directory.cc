#include "server/client_directory.h"

#include <mutex>
#include <unordered_map>

#include "server/client_keys.h"

namespace signet::server {
namespace {

constexpr Duration kEntryTrustedFor = seconds{1};
constexpr std::size_t kCachedClients = 10'000;

struct Entry {
  ClientPointer client;
  store::Clients::Version version;
  Instant checked_at;
};

Result<oauth::ClientMetadata> parse_stored(const store::ClientRecord& record, const oauth::Profile& profile) {
  TRY_ASSIGN(const json::object members, parse_json_object(record.metadata));
  return oauth::parse_client_metadata(members, profile);
}

}  // namespace

struct ClientDirectory::Impl {
  store::Store& store;
  const Clock& clock;
  const Log& log;
  ClientKeys remote_keys;

  std::mutex mutex;  // held for a look-up in a map, never across an await
  std::unordered_map<std::string, Entry> entries;

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
};

ClientDirectory::ClientDirectory(store::Store& store, net::HttpClient& http_client, const Clock& clock, const Log& log,
                                 std::string outbound_ca_pem)
    : impl_(new Impl{.store = store,
                     .clock = clock,
                     .log = log,
                     .remote_keys = ClientKeys(http_client, clock, log, std::move(outbound_ca_pem)),
                     .mutex = {},
                     .entries = {}}) {}

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

Task<Result<std::shared_ptr<const jose::JwkSet>>> ClientDirectory::keys(ClientPointer client, bool unknown_kid) {
  if (client->jwks) co_return std::shared_ptr<const jose::JwkSet>(client, &*client->jwks);
  if (client->jwks_uri.empty()) co_return fail(ErrorCode::InvalidClient, "The client has no registered keys.");
  co_return co_await impl_->remote_keys.find(client->jwks_uri, unknown_kid);
}

}  // namespace signet::server
