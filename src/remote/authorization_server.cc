#include "remote/authorization_server.h"

#include <algorithm>

namespace signet::remote {
namespace {

constexpr std::size_t kMaxDocumentBytes = 256 * 1024;
/// A server that does not answer is not asked more often than this.
constexpr Duration kRetryInterval = seconds{1};

bool may_try(const std::optional<Instant>& tried_at, Duration pause, Instant now) {
  return !tried_at || now - *tried_at >= pause;
}

bool has_key(const jose::JwkSet& set, std::string_view kid) {
  return kid.empty() || std::ranges::any_of(set.keys(), [&](const jose::Jwk& key) { return key.kid == kid; });
}

Result<void> check_document(const http::Response& response) {
  if (response.status != 200) {  // a redirect as well: the documents are where the issuer says, nowhere else
    return fail(ErrorCode::Unavailable, "The authorization server did not answer with its document.",
                "status " + std::to_string(response.status));
  }
  return {};
}

}  // namespace

AuthorizationServer::AuthorizationServer(AuthorizationServerOptions options, Transport& transport, const Clock& clock)
    : options_(std::move(options)), transport_(transport), clock_(clock) {}

Task<Result<MetadataPointer>> AuthorizationServer::metadata() {
  if (auto found = find_metadata()) co_return *std::move(found);
  const bool leads = co_await metadata_flight_.join();
  if (!leads) {
    const std::scoped_lock lock(mutex_);
    co_return latest_metadata();
  }
  const SingleFlight::Landing landing(metadata_flight_);
  if (auto found = find_metadata()) co_return *std::move(found);  // another flight landed between the look and the join
  auto fetched = co_await fetch_metadata();
  const std::scoped_lock lock(mutex_);
  keep(metadata_, std::move(fetched));
  co_return latest_metadata();
}

Task<Result<KeysPointer>> AuthorizationServer::keys(std::string kid) {
  if (auto found = find_keys(kid)) co_return *std::move(found);
  const bool leads = co_await keys_flight_.join();
  if (!leads) {
    const std::scoped_lock lock(mutex_);
    co_return latest_keys(clock_.now());
  }
  const SingleFlight::Landing landing(keys_flight_);
  if (auto found = find_keys(kid)) co_return *std::move(found);  // as above
  auto fetched = co_await fetch_keys();
  const std::scoped_lock lock(mutex_);
  keep(keys_, std::move(fetched));
  co_return latest_keys(clock_.now());
}

std::optional<Result<MetadataPointer>> AuthorizationServer::find_metadata() {
  const std::scoped_lock lock(mutex_);
  const Instant now = clock_.now();
  if (metadata_.value && now - metadata_.fetched_at < options_.metadata_lifetime) {
    return Result<MetadataPointer>(metadata_.value);
  }
  if (may_try(metadata_.tried_at, kRetryInterval, now)) return std::nullopt;
  return latest_metadata();
}

std::optional<Result<KeysPointer>> AuthorizationServer::find_keys(std::string_view kid) {
  const std::scoped_lock lock(mutex_);
  const Instant now = clock_.now();
  const bool fresh = keys_.value && now - keys_.fetched_at < options_.keys_lifetime;
  if (fresh && has_key(*keys_.value, kid)) return Result<KeysPointer>(keys_.value);
  if (may_try(keys_.tried_at, keys_.value ? options_.refresh_interval : kRetryInterval, now)) return std::nullopt;
  return latest_keys(now);
}

Result<KeysPointer> AuthorizationServer::latest_keys(Instant now) const {
  const Duration age = now - keys_.fetched_at;
  if (keys_.value && age < options_.keys_lifetime + options_.keys_grace) return keys_.value;
  if (keys_.failure) return std::unexpected(*keys_.failure);
  return fail(ErrorCode::Unavailable, "The keys of the authorization server are not available.");
}

Result<MetadataPointer> AuthorizationServer::latest_metadata() const {
  if (metadata_.failure) return std::unexpected(*metadata_.failure);
  if (metadata_.value) return metadata_.value;
  return fail(ErrorCode::Unavailable, "The metadata of the authorization server is not available.");
}

template <class Value>
void AuthorizationServer::keep(Cached<Value>& cached, Result<Value> fetched) {
  cached.tried_at = clock_.now();
  if (!fetched) {
    cached.failure = std::move(fetched).error();
    return;
  }
  cached.value = std::make_shared<const Value>(*std::move(fetched));
  cached.fetched_at = *cached.tried_at;
  cached.failure.reset();
}

Task<Result<http::Response>> AuthorizationServer::get(std::string url) {
  net::OutgoingRequest request;
  request.url = std::move(url);
  request.fields.add("Accept", "application/json");
  request.tls.ca_pem = options_.ca_pem;
  request.timeout = options_.timeout;
  request.max_response_bytes = kMaxDocumentBytes;
  return transport_.send(std::move(request));
}

Task<Result<oauth::AuthorizationServerMetadata>> AuthorizationServer::fetch_metadata() {
  CO_TRY_ASSIGN(std::string url, oauth::oauth_metadata_url(options_.issuer));
  auto response = co_await get(std::move(url));
  if (response && response->status == 404) {  // a pure OpenID provider has the other place only
    CO_TRY_ASSIGN(std::string openid_url, oauth::openid_metadata_url(options_.issuer));
    response = co_await get(std::move(openid_url));
  }
  if (!response) co_return std::unexpected(std::move(response).error());
  CO_TRY(check_document(*response));
  co_return oauth::parse_metadata(response->body, options_.issuer);  // RFC8414-3.3, FAPI2-SP-FINAL-5.3.3.1
}

Task<Result<jose::JwkSet>> AuthorizationServer::fetch_keys() {
  const auto known = co_await metadata();
  if (!known) co_return std::unexpected(known.error());
  if ((*known)->jwks_uri.empty()) {
    co_return fail(ErrorCode::Unavailable, "The authorization server publishes no keys.");
  }
  auto response = co_await get((*known)->jwks_uri);
  if (!response) co_return std::unexpected(std::move(response).error());
  CO_TRY(check_document(*response));
  co_return jose::parse_jwk_set(response->body);
}

}  // namespace signet::remote
