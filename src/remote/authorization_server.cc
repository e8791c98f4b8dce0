#include "remote/authorization_server.h"

#include <algorithm>

#include "base/url.h"

namespace signet::remote {
namespace {

constexpr std::size_t kMaxDocumentBytes = 256 * 1024;
/// A server that does not answer is not asked more often than this.
constexpr Duration kRetryInterval = seconds{1};

bool has_key(const jose::JwkSet& set, std::string_view kid) {
  return kid.empty() || std::ranges::any_of(set.keys(), [&](const jose::Jwk& key) { return key.kid == kid; });
}

Result<void> check_document(const http::Response& response, std::string_view url) {
  if (response.status != 200) {  // a redirect as well: the documents are where the issuer says, nowhere else
    return fail(ErrorCode::Unavailable, "The authorization server did not answer with its document.",
                std::string(without_query(url)) + ": status " + std::to_string(response.status));
  }
  return {};
}

}  // namespace

AuthorizationServer::AuthorizationServer(AuthorizationServerOptions options, Transport& transport, const Clock& clock)
    : options_(std::move(options)), transport_(transport), clock_(clock) {}

Task<Result<MetadataPointer>> AuthorizationServer::metadata() {
  const KeepTimes times{.fresh = options_.metadata_lifetime,
                        .good = options_.metadata_lifetime,
                        .pause = kRetryInterval,
                        .retry = kRetryInterval};
  const auto any = [](const oauth::AuthorizationServerMetadata&) { return true; };
  co_return co_await metadata_.find(clock_, times, any, [this] { return fetch_metadata(); });
}

KeepTimes AuthorizationServer::key_times() const {
  return {.fresh = options_.keys_lifetime,
          .good = options_.keys_lifetime + options_.keys_grace,
          .pause = options_.refresh_interval,
          .retry = kRetryInterval};
}

Task<Result<KeysPointer>> AuthorizationServer::keys(std::string kid) {
  const auto has_it = [&kid](const jose::JwkSet& set) { return has_key(set, kid); };
  co_return co_await keys_.find(clock_, key_times(), has_it, [this] { return fetch_keys(); });
}

Task<Result<KeysPointer>> AuthorizationServer::keys_for(const jose::UnverifiedJws& jws) {
  auto known = co_await keys(jws.header().kid);
  const bool may_be_rotated = known && jws.header().kid.empty() && !jws.verify(**known);
  if (!may_be_rotated) co_return known;
  const auto is_newer = [](const jose::JwkSet&) { return false; };
  co_return co_await keys_.find(clock_, key_times(), is_newer, [this] { return fetch_keys(); });
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
  auto response = co_await get(url);
  if (response && response->status == 404) {  // a pure OpenID provider has the other place only
    CO_TRY_ASSIGN(url, oauth::openid_metadata_url(options_.issuer));
    response = co_await get(url);
  }
  if (!response) co_return std::unexpected(std::move(response).error());
  CO_TRY(check_document(*response, url));
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
  CO_TRY(check_document(*response, (*known)->jwks_uri));
  co_return jose::parse_jwk_set(response->body);
}

}  // namespace signet::remote
