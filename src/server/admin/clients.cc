#include "server/admin/clients.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"
#include "server/admin/changed_members.h"
#include "server/issuer.h"
#include "server/signing_wishes.h"

namespace signet::server::admin {
namespace {

constexpr std::size_t kSectorDocumentBytes = 256 * 1024;

/// A client may ask for signatures of keys that the issuer has. No wish stays none: the default is the issuer's to
/// change.
Result<void> check_signing_algorithms(const json::object& metadata, const IssuerConfig& issuer) {
  const auto member = find_unserved_wish(metadata, issuer);
  if (!member) return {};
  return fail(
      ErrorCode::InvalidClientMetadata, "The issuer has no signing key for an algorithm the client asks for.",
      std::string(*member) + ": this issuer signs with the algorithms of issuers." + issuer.id + ".signing_algorithms");
}

/// RFC8705: whoever needs a certificate must be able to show it.
Result<void> check_mutual_tls(const IssuerConfig& issuer, const oauth::ClientMetadata& client) {
  if (issuer.mutual_tls) return {};
  const std::string detail =
      "no listener of this server asks for client certificates (listeners.NAME.client_certificates), and none believes "
      "a proxy (trusted_proxies)";
  if (oauth::is_by_certificate(client.token_endpoint_auth_method)) {
    return fail(ErrorCode::InvalidClientMetadata,
                "The member token_endpoint_auth_method needs mutual TLS, which this issuer does not have.", detail);
  }
  if (!client.tls_client_certificate_bound_access_tokens) return {};
  return fail(
      ErrorCode::InvalidClientMetadata,
      "The member tls_client_certificate_bound_access_tokens needs mutual TLS, which this issuer does not have.",
      detail);
}

Task<Result<void>> check_sector(const Tools& tools, const oauth::ClientMetadata& client) {
  if (client.sector_identifier_uri.empty()) co_return Result<void>{};
  net::OutgoingRequest request{.method = "GET",
                               .url = client.sector_identifier_uri,
                               .fields = {},
                               .body = {},
                               .tls = {.ca_pem = tools.outbound_ca_pem, .certificate_pem = {}, .private_key_pem = {}},
                               .timeout = seconds{10},
                               .max_response_bytes = kSectorDocumentBytes};
  request.fields.set("Accept", "application/json");
  auto response = co_await tools.http_client.send(std::move(request));
  if (!response) {
    co_return fail_as(std::move(response).error(), ErrorCode::InvalidClientMetadata,
                      "The sector_identifier_uri cannot be fetched.");
  }
  if (response->status != 200) {
    co_return fail(ErrorCode::InvalidClientMetadata, "The sector_identifier_uri cannot be fetched.",
                   client.sector_identifier_uri + " answered with status " + std::to_string(response->status));
  }
  co_return check_sector_document(response->body, client);
}

/// Fails: InvalidClientMetadata; the detail names the word and where the issuer says what it offers
Result<void> check_words(const std::vector<std::string>& words, const std::vector<std::string>& offered,
                         PublicText refusal, const std::string& setting) {
  const auto wrong = std::ranges::find_if_not(words, [&](const auto& word) { return contains(offered, word); });
  if (wrong == words.end()) return {};
  const std::string rule =
      offered.empty() ? "is none, since nothing is offered" : "is not one of " + join(offered, ", ");
  return fail(ErrorCode::InvalidClientMetadata, refusal, *wrong + " " + rule + ": see " + setting);
}

/// What the client may ask for is what the issuer's metadata says that it offers.
Result<void> check_offered(const IssuerConfig& issuer, const oauth::ClientMetadata& client) {
  const std::string settings = "issuers." + issuer.id + ".";
  TRY(check_words(client.scope, offered_scopes(issuer),
                  "The member scope names a scope that the issuer does not offer.", settings + "scopes"));
  TRY(check_words(client.authorization_details_types, issuer.authorization_details_types,
                  "The member authorization_details_types names a type that the issuer does not offer.",
                  settings + "authorization_details_types"));
  return check_words(client.default_acr_values, issuer.acr_values,
                     "The member default_acr_values names a level that the issuer does not have.",
                     settings + "acr_values");
}

/// The metadata as it is stored: checked, with every default written out that is not the issuer's.
Task<Result<oauth::ClientMetadata>> check_metadata(const Tools& tools, const IssuerConfig& issuer,
                                                   json::object metadata) {
  CO_TRY(check_signing_algorithms(metadata, issuer));
  CO_TRY_ASSIGN(auto client, oauth::parse_client_metadata(metadata, *issuer.profile));
  CO_TRY(check_mutual_tls(issuer, client));
  CO_TRY(check_offered(issuer, client));
  if (client.subject_type == oauth::SubjectType::Pairwise) CO_TRY(oauth::sector_of(client));
  CO_TRY(co_await check_sector(tools, client));
  co_return client;
}

AuditEvent client_event(AuditName event, const std::string& client_id) {
  return AuditEvent(event, "done").client(client_id);
}

/// Of the metadata as they are stored.
std::string hash_of(const std::string& metadata) {
  return encode_base64url(crypto::sha256(metadata));
}

}  // namespace

Result<void> check_sector_document(std::string_view document, const oauth::ClientMetadata& client) {
  const auto value = parse_json(document, {.bytes = kSectorDocumentBytes, .depth = 2});
  if (!value || !value->is_array()) {
    return fail(ErrorCode::InvalidClientMetadata,
                "The sector_identifier_uri must serve a JSON array of redirect URIs.");
  }
  for (const auto& uri : client.redirect_uris) {
    const bool named = std::ranges::any_of(value->get_array(), [&](const json::value& item) {
      return item.is_string() && std::string_view(item.get_string()) == uri;
    });
    if (!named) {
      return fail(ErrorCode::InvalidClientMetadata, "The sector_identifier_uri does not name every redirect URI.",
                  client.sector_identifier_uri + " does not name " + uri);
    }
  }
  return {};
}

Task<Result<json::object>> create_client(const Tools& tools, const Actor& actor, const IssuerConfig& issuer,
                                         json::object metadata) {
  if (!metadata.contains("client_id")) metadata["client_id"] = make_random_id(tools.random);
  CO_TRY_ASSIGN(const auto client, co_await check_metadata(tools, issuer, std::move(metadata)));
  auto complete = oauth::to_json(client);
  const std::string stored = render_json(complete);
  const Instant now = tools.clock.now();
  sql::Batch batch;
  store::Clients::add_create(batch, {.client_id = client.client_id,
                                     .issuer = issuer.id,
                                     .version = 1,
                                     .metadata = stored,
                                     .created_at = now,
                                     .updated_at = now});
  actor.record(client_event("client.created", client.client_id).text("metadata_sha256", hash_of(stored)), batch,
               issuer.id, now);
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard) {
    co_return fail(ErrorCode::Conflict, "A client of this client_id exists already.", client.client_id);
  }
  co_return complete;
}

Task<Result<json::object>> update_client(const Tools& tools, const Actor& actor, const IssuerConfig& issuer,
                                         std::string client_id, json::object metadata) {
  if (!metadata.contains("client_id")) metadata["client_id"] = client_id;
  // RFC7592-2.2: the client_id in the body is the one that is updated.
  if (peek_string(metadata, "client_id") != client_id) {
    co_return fail(ErrorCode::InvalidClientMetadata, "The client_id cannot be changed.");
  }
  CO_TRY_ASSIGN(const auto client, co_await check_metadata(tools, issuer, std::move(metadata)));
  CO_TRY_ASSIGN(const auto before, co_await tools.store.clients.find(client_id, issuer.id));
  if (!before) co_return fail(ErrorCode::NotFound, "There is no client of this client_id.", client_id);
  CO_TRY_ASSIGN(const json::object old_metadata, parse_json_object(before->metadata));
  auto complete = oauth::to_json(client);
  const std::string stored = render_json(complete);
  const Instant now = tools.clock.now();
  sql::Batch batch;
  // The record names what has changed since the version that was read, so no other may come between.
  store::Clients::add_update(batch, client_id, issuer.id, stored, before->version, now);
  actor.record(client_event("client.updated", client_id)
                   .text("changed", join(changed_members(old_metadata, complete), " "))
                   .text("metadata_sha256", hash_of(stored)),
               batch, issuer.id, now);
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard)
    co_return fail(ErrorCode::Conflict, "Somebody else has changed the client in the meantime.", client_id);
  co_return complete;
}

Task<Result<void>> remove_client(const Tools& tools, const Actor& actor, const IssuerConfig& issuer,
                                 std::string client_id) {
  const Instant now = tools.clock.now();
  sql::Batch batch;
  store::Clients::add_remove(batch, client_id, issuer.id, now);
  actor.record(client_event("client.removed", client_id), batch, issuer.id, now);
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard) co_return fail(ErrorCode::NotFound, "There is no client of this client_id.", client_id);
  co_return Result<void>{};
}

Task<Result<json::object>> load_client(const Tools& tools, const IssuerConfig& issuer, std::string client_id) {
  CO_TRY_ASSIGN(const auto found, co_await tools.store.clients.find(client_id, issuer.id));
  if (!found) co_return fail(ErrorCode::NotFound, "There is no client of this client_id.", client_id);
  co_return parse_json_object(found->metadata);
}

}  // namespace signet::server::admin
