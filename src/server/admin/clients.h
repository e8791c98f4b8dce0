#pragma once
// Registration of clients by an operator: the rules of dynamic registration, without its protocol. Spec: RFC7591-2

#include "oauth/registration_rfc7591.h"
#include "server/admin/actor.h"
#include "server/config.h"

namespace signet::server::admin {

/// Registers a client from its metadata, for scopes, levels and types of authorization details that the issuer offers;
/// a client_id is made when there is none. Gives the complete metadata. Fails: InvalidClientMetadata,
/// InvalidRedirectUri, Conflict (client_id taken), Unavailable
[[nodiscard]] Task<Result<json::object>> create_client(const Tools& tools, const Actor& actor,
                                                       const IssuerConfig& issuer, json::object metadata);

/// Replaces the whole metadata of a client. Spec: RFC7592-2.2. Fails: NotFound and as above
[[nodiscard]] Task<Result<json::object>> update_client(const Tools& tools, const Actor& actor,
                                                       const IssuerConfig& issuer, std::string client_id,
                                                       json::object metadata);

/// Removes a client with its grants and tokens. Fails: NotFound, Unavailable
[[nodiscard]] Task<Result<void>> remove_client(const Tools& tools, const Actor& actor, const IssuerConfig& issuer,
                                               std::string client_id);

/// Fails: NotFound, Unavailable
[[nodiscard]] Task<Result<json::object>> load_client(const Tools& tools, const IssuerConfig& issuer,
                                                     std::string client_id);

/// The rule of sector identifiers over a document that was fetched: it names every redirect URI. Spec: OIDC-8.1
/// Fails: InvalidClientMetadata
[[nodiscard]] Result<void> check_sector_document(std::string_view document, const oauth::ClientMetadata& client);

}  // namespace signet::server::admin
