#include "server/client_keys.h"

namespace signet::server {
namespace {

constexpr Duration kGoodFor = minutes{5};
constexpr Duration kFreshFor = minutes{4};
constexpr Duration kPause = seconds{10};
constexpr std::size_t kMaxJwksBytes = 64 * 1024;

}  // namespace

Task<Result<remote::KeysPointer>> ClientKeys::find(std::string jwks_uri, bool unknown_kid) {
  Source& source = source_of(jwks_uri);
  if (auto known = look(source, unknown_kid)) co_return *std::move(known);
  const bool leads = co_await source.flight.join();
  if (!leads) {
    const std::scoped_lock lock(mutex_);
    co_return good_keys(source);
  }
  const remote::SingleFlight::Landing landing(source.flight);
  {
    const std::scoped_lock lock(mutex_);
    // Another flight may have landed between the look and the join.
    if (source.tried_at && clock_.now() - *source.tried_at < kPause) co_return good_keys(source);
    source.tried_at = clock_.now();
    source.is_fetching = true;
  }
  auto fetched = co_await fetch(std::move(jwks_uri));
  if (!fetched) log_.failure("client.jwks_uri_failed", fetched.error());
  co_return keep(source, std::move(fetched));
}

ClientKeys::Source& ClientKeys::source_of(const std::string& jwks_uri) {
  const std::scoped_lock lock(mutex_);
  auto& source = sources_[jwks_uri];
  if (source == nullptr) source = std::make_unique<Source>();
  return *source;
}

std::optional<Result<remote::KeysPointer>> ClientKeys::look(const Source& source, bool unknown_kid) {
  const std::scoped_lock lock(mutex_);
  const Instant now = clock_.now();
  auto good = good_keys(source);
  if (good && !unknown_kid && (source.is_fetching || now - source.fetched_at < kFreshFor)) return good;
  const bool may_wait = source.is_fetching || !source.tried_at || now - *source.tried_at >= kPause;
  return may_wait ? std::nullopt : std::optional(std::move(good));
}

Task<Result<remote::KeysPointer>> ClientKeys::fetch(std::string jwks_uri) {
  net::OutgoingRequest request;
  request.url = std::move(jwks_uri);
  request.timeout = seconds{5};
  request.max_response_bytes = kMaxJwksBytes;
  request.fields.set("Accept", "application/jwk-set+json, application/json");
  request.tls.ca_pem = outbound_ca_pem_;
  CO_TRY_ASSIGN(const http::Response response, co_await http_client_.send(std::move(request)));
  if (response.status != 200)
    co_return fail(ErrorCode::Unavailable, "The jwks_uri of the client did not answer with 200.");
  CO_TRY_ASSIGN(jose::JwkSet set, jose::parse_jwk_set(response.body));
  co_return std::make_shared<const jose::JwkSet>(std::move(set));
}

Result<remote::KeysPointer> ClientKeys::keep(Source& source, Result<remote::KeysPointer> fetched) {
  const std::scoped_lock lock(mutex_);
  source.is_fetching = false;
  if (fetched) {
    source.keys = *std::move(fetched);
    source.fetched_at = clock_.now();
  }
  return good_keys(source);
}

Result<remote::KeysPointer> ClientKeys::good_keys(const Source& source) const {
  if (source.keys != nullptr && clock_.now() - source.fetched_at < kGoodFor) return source.keys;
  return fail(ErrorCode::Unavailable, "The keys of the client cannot be fetched at the moment.");
}

}  // namespace signet::server
