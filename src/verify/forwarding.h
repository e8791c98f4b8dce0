#pragma once
// What a gateway hands to the API beside the phantom token: the key that was proven. One place for the names, since a
// field of these names that a client sent must never get through.

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "oauth/sender_constraint.h"

namespace signet::verify {

inline constexpr std::string_view kClientCertField = "Client-Cert";             ///< RFC9440-2.2
inline constexpr std::string_view kClientCertChainField = "Client-Cert-Chain";  ///< RFC9440-2.3
/// The RFC 7638 thumbprint of the DPoP key whose proof the gateway verified: 43 base64url characters.
inline constexpr std::string_view kClientDpopJktField = "Client-DPoP-JKT";
inline constexpr std::string_view kInteractionIdField = "x-fapi-interaction-id";

/// Is it a field that only a gateway may send? An underscore counts as a hyphen, since servers behind CGI-like
/// interfaces cannot tell them apart. Spec: RFC9440-2.4
[[nodiscard]] bool is_proven_key_field(std::string_view name);

/// A field that says which key was proven; an empty name when the token is not bound.
struct ProvenKeyField {
  std::string_view name;
  std::string value;
};
/// `certificate` is the DER of the client's certificate and is used for certificate-bound tokens only.
[[nodiscard]] ProvenKeyField make_proven_key_field(const oauth::SenderConstraint& proven, BytesView certificate);

}  // namespace signet::verify
