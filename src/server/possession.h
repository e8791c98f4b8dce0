#pragma once
// The key a client proves with its request, and the binding of the token that follows. Spec: RFC9449-5, RFC8705-3,
// FAPI2-SP-FINAL-5.3.2.1

#include "oauth/sender_constraint.h"
#include "server/client_auth/client_auth.h"

namespace signet::server {

/// A DPoP proof that was verified, before its replay mark is written.
struct ProvenKey {
  std::string jkt;
  SingleUse mark;
};

/// The DPoP proof of this request; nothing without a DPoP field. The nonce is demanded where the issuer says so. A
/// client whose tokens are bound to its certificate may send none. Fails: InvalidDpopProof, UseDpopNonce
[[nodiscard]] Result<std::optional<ProvenKey>> find_proven_key(const Exchange& exchange,
                                                               const oauth::ClientMetadata& client);

/// A proof that was refused stands in the metrics; one that lacks a nonce was not, its client comes again with it.
void count_refused_proof(const Exchange& exchange, const Error& error);

/// May tokens of this client be bound to a DPoP key?
[[nodiscard]] bool may_use_dpop(const oauth::ClientMetadata& client);

/// What a token for this client will be bound to. A client that must have bound tokens and proves no key is refused; so
/// is a proof of a kind the client is not registered for. Fails: InvalidDpopProof, UseDpopNonce, InvalidRequest,
/// InvalidClient
struct Possession {
  oauth::SenderConstraint constraint;
  std::optional<SingleUse> dpop_mark;
};
[[nodiscard]] Result<Possession> prove_possession(const Exchange& exchange, const oauth::ClientMetadata& client);

/// Where nonces are demanded, a client that sends proofs learns the next one before the old one runs out. Spec:
/// RFC9449-8.2
void add_fresh_nonce(const Exchange& exchange, http::Response& response);

}  // namespace signet::server
