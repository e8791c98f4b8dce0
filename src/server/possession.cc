#include "server/possession.h"

#include "oauth/dpop_senders.h"
#include "oauth/replay.h"
#include "server/client_certificate.h"

namespace signet::server {
namespace {

using oauth::SenderConstraint;

struct Expected {
  bool dpop;
  bool mtls;
  bool required;
};

/// A registered flag narrows what the client may use; without one either key will do where the profile asks for a
/// binding.
Expected expected_of(const oauth::ClientMetadata& client, const oauth::Profile& profile) {
  if (!client.wants_bound_tokens()) return {.dpop = true, .mtls = true, .required = profile.require_sender_constraint};
  return {.dpop = may_use_dpop(client), .mtls = client.tls_client_certificate_bound_access_tokens, .required = true};
}

oauth::DpopSenders& senders_of_this_thread() {
  constexpr std::size_t kSenders = 512;
  thread_local oauth::DpopSenders senders(kSenders);
  return senders;
}

std::unexpected<Error> missing_key(const Expected& expected) {
  if (!expected.dpop) {
    return fail(ErrorCode::InvalidRequest,
                "A client certificate is required, because the tokens of this client are bound to it.");
  }
  return fail(ErrorCode::InvalidDpopProof,
              "The DPoP header is missing, because the tokens of this client are bound to a key.");
}

Result<std::optional<ProvenKey>> check_proof(const Exchange& exchange, const oauth::ClientMetadata& client) {
  const auto fields = exchange.request.fields.all("DPoP");
  TRY_ASSIGN(const auto text, oauth::find_dpop_header(fields));
  if (!text) return std::optional<ProvenKey>{};
  if (!may_use_dpop(client)) {
    return fail(ErrorCode::InvalidDpopProof,
                "The tokens of this client are bound to its certificate: send no DPoP header.");
  }
  const oauth::Profile& profile = exchange.issuer.profile();
  oauth::DpopSenders& senders = senders_of_this_thread();
  TRY_ASSIGN(const auto unverified, oauth::parse_dpop_proof(*text, profile.signing_algorithms, senders.find(*text)));
  const std::string url = exchange.public_url();
  const oauth::DpopExpectation expected{.method = exchange.request.method,
                                        .url = url,
                                        .now = exchange.now,
                                        .lifetime = profile.dpop_proof_lifetime,
                                        .clock = profile.clock};
  TRY_ASSIGN(const oauth::DpopProof proof, oauth::verify_dpop_proof(unverified, expected));
  senders.keep(unverified);
  if (exchange.issuer.config().require_dpop_nonce || !proof.nonce.empty()) {
    TRY(exchange.context.dpop_nonces.check(proof.nonce, exchange.now));
  }
  const Digest256 hash =
      oauth::replay_hash(oauth::ReplayKind::DpopProof, exchange.issuer.url(), proof.jkt, proof.jti, proof.replay_until);
  return ProvenKey{.jkt = proof.jkt, .mark = {.hash = hash}};
}

}  // namespace

void count_refused_proof(const Exchange& exchange, const Error& error) {
  if (error.code == ErrorCode::InvalidDpopProof) exchange.context.metrics.count(Metrics::Counter::DpopFailures);
}

bool may_use_dpop(const oauth::ClientMetadata& client) {
  return !client.wants_bound_tokens() || client.dpop_bound_access_tokens;
}

Result<std::optional<ProvenKey>> find_proven_key(const Exchange& exchange, const oauth::ClientMetadata& client) {
  auto proven = check_proof(exchange, client);
  if (!proven) count_refused_proof(exchange, proven.error());
  return proven;
}

Result<Possession> prove_possession(const Exchange& exchange, const oauth::ClientMetadata& client) {
  const Expected expected = expected_of(client, exchange.issuer.profile());
  TRY_ASSIGN(const auto proven, find_proven_key(exchange, client));
  if (proven) return Possession{.constraint = SenderConstraint::dpop(proven->jkt), .dpop_mark = proven->mark};
  TRY_ASSIGN(const auto certificate, find_client_certificate(exchange.request.peer));
  if (certificate != nullptr && expected.mtls) {
    return Possession{.constraint = SenderConstraint::mtls(certificate->thumbprint), .dpop_mark = {}};
  }
  if (expected.required) return missing_key(expected);
  return Possession{};
}

void add_fresh_nonce(const Exchange& exchange, http::Response& response) {
  if (!exchange.issuer.config().require_dpop_nonce || exchange.request.fields.count("DPoP") == 0) return;
  response.fields.set("DPoP-Nonce", exchange.context.dpop_nonces.make(exchange.now));
}

}  // namespace signet::server
