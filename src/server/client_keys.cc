#include "server/client_keys.h"

namespace signet::server {
namespace {

constexpr remote::KeepTimes kTimes{.fresh = minutes{4}, .good = minutes{5}, .pause = seconds{10}, .retry = seconds{10}};
constexpr std::size_t kMaxJwksBytes = 64 * 1024;

Task<Result<jose::JwkSet>> load_keys(net::HttpClient& http_client, std::string jwks_uri, const std::string& ca_pem) {
  net::OutgoingRequest request;
  request.url = std::move(jwks_uri);
  request.timeout = seconds{5};
  request.max_response_bytes = kMaxJwksBytes;
  request.fields.set("Accept", "application/jwk-set+json, application/json");
  request.tls.ca_pem = ca_pem;
  CO_TRY_ASSIGN(const http::Response response, co_await http_client.send(std::move(request)));
  if (response.status != 200)
    co_return fail(ErrorCode::Unavailable, "The jwks_uri of the client did not answer with 200.");
  co_return jose::parse_jwk_set(response.body);
}

}  // namespace

Task<Result<remote::KeysPointer>> ClientKeys::find(std::string jwks_uri, bool unknown_kid) {
  Source& source = source_of(jwks_uri);
  auto keys = co_await source.find(
      clock_, kTimes, [unknown_kid](const jose::JwkSet&) { return !unknown_kid; },
      [this, &jwks_uri] { return fetch(jwks_uri); });
  if (keys) co_return *std::move(keys);
  co_return fail_as(keys.error(), ErrorCode::Unavailable, "The keys of the client cannot be fetched at the moment.");
}

ClientKeys::Source& ClientKeys::source_of(const std::string& jwks_uri) {
  const std::scoped_lock lock(mutex_);
  auto& source = sources_[jwks_uri];
  if (source == nullptr) source = std::make_unique<Source>();
  return *source;
}

Task<Result<jose::JwkSet>> ClientKeys::fetch(std::string jwks_uri) {
  auto keys = co_await load_keys(http_client_, std::move(jwks_uri), outbound_ca_pem_);
  if (!keys) log_.failure("client.jwks_uri_failed", keys.error());
  co_return keys;
}

}  // namespace signet::server
