#pragma once
// Demonstrating proof of possession: the proof, its checks, nonces without state. Spec: RFC9449
//
//   Authorization: DPoP <token>      header {"typ":"dpop+jwt","alg":"ES256","jwk":{…}}
//   DPoP: <proof>                    claims {"jti":…,"htm":"GET","htu":"https://…","iat":…,"ath":…,"nonce":…}
//
// Two steps: parse_dpop_proof costs microseconds and refuses what cannot be a proof; verify_dpop_proof checks every
// claim and only then spends a signature verification.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "jose/jwt.h"

namespace signet::oauth {

inline constexpr std::string_view kDpopTyp = "dpop+jwt";
inline constexpr std::size_t kMaxDpopProofBytes = 8 * 1024;

/// The only value of the DPoP fields of a request; nothing when there is none. Fails: InvalidDpopProof when there are
/// several.
[[nodiscard]] Result<std::optional<std::string_view>> find_dpop_header(std::span<const std::string_view> dpop_fields);

/// What the header of a proof says of who made it.
struct DpopSender {
  std::shared_ptr<const jose::JwsHeader> header;
  crypto::PublicKey key;
  std::string jkt;  ///< thumbprint of `key`
};
/// A proof whose signature and claims have not been checked.
struct UnverifiedDpopProof {
  jose::UnverifiedJws jws;
  std::shared_ptr<const DpopSender> sender;  ///< proven by verify_dpop_proof only
};
/// `known` is the sender of an earlier proof with the same header, if there was one (DpopSenders::find). Spec:
/// RFC9449-4.3 steps 2 to 7. Fails: InvalidDpopProof
[[nodiscard]] Result<UnverifiedDpopProof> parse_dpop_proof(std::string_view text,
                                                           std::span<const crypto::SignatureAlgorithm> algorithms,
                                                           std::shared_ptr<const DpopSender> known = nullptr);

struct DpopExpectation {
  std::string_view method;
  std::string_view url;  ///< our configured public URL of the endpoint, never the Host header; its query is ignored
  Instant now;
  Duration lifetime = seconds{60};  ///< `iat` at most this far in the past
  jose::ClockTolerance clock{};     ///< `iat` at most clock.future ahead
  std::optional<std::string_view> access_token =
      {};  ///< when given, `ath` must be its hash; when absent, `ath` is not read
};
/// A proof that the sender holds the private key of `jkt`. Whether the jti was seen before and whether the nonce is
/// ours is for the caller: replay_hash(ReplayKind::DpopProof, ...) until `replay_until`, DpopNonces::check.
struct DpopProof {
  std::string jkt;
  std::string jti;
  Instant iat{};
  Instant replay_until{};  ///< from here on the proof is too old anyway
  std::string nonce;       ///< empty when the proof has none
  std::string ath;
};
/// Spec: RFC9449-4.3 steps 8 to 12. Fails: InvalidDpopProof
[[nodiscard]] Result<DpopProof> verify_dpop_proof(const UnverifiedDpopProof& proof, const DpopExpectation& expected);

/// base64url(SHA-256(token)): the claim `ath`. Spec: RFC9449-4.2
[[nodiscard]] std::string make_ath(std::string_view access_token);
/// Are two `htu` the same after RFC 3986 normalisation, query and fragment left out? Spec: RFC9449-4.3
[[nodiscard]] bool same_htu(std::string_view a, std::string_view b);
/// Fails: InvalidRequest unless 43 characters of base64url. Spec: RFC9449-10
[[nodiscard]] Result<void> check_dpop_jkt(std::string_view dpop_jkt);

/// Server-chosen nonces that every node with the same key can check and that nobody has to store. Spec: RFC9449-8,
/// RFC9449-9
class DpopNonces {
 public:
  /// `key` at least 32 bytes. `purpose` keeps the nonces of two places apart (RFC9449-9: an AS and an RS have their
  /// own). A nonce lives for one to two intervals.
  DpopNonces(SecretBytes key, std::string purpose, Duration interval = minutes{2});
  [[nodiscard]] std::string make(Instant now) const;
  /// Fails: UseDpopNonce (missing, foreign, too old)
  [[nodiscard]] Result<void> check(std::string_view nonce, Instant now) const;
  /// Is it time to hand out a new one with this answer? True in the second interval of a nonce's life.
  [[nodiscard]] bool is_stale(std::string_view nonce, Instant now) const;

 private:
  [[nodiscard]] std::string make_for(std::uint64_t window) const;
  [[nodiscard]] std::uint64_t window_of(Instant now) const;
  SecretBytes key_;
  std::string purpose_;
  Duration interval_;
};

/// What a client signs with sign_jws_with_header. Members without a value are left out.
struct DpopProofRequest {
  std::string_view method;
  std::string_view url;  ///< query and fragment are cut off
  std::string_view jti;
  Instant now;
  std::string_view nonce = {};
  std::string_view access_token = {};
};
[[nodiscard]] std::string render_dpop_header(const crypto::PublicKey& key, crypto::SignatureAlgorithm algorithm);
[[nodiscard]] std::string render_dpop_claims(const DpopProofRequest& request);

}  // namespace signet::oauth
