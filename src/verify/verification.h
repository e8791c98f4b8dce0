#pragma once
// The token core: may this request use this resource with this access token? It asks for what it needs and does no I/O,
// so the same rules run in the server, in nginx and in the resource library.
//
//   start() ──► credential, scheme, size ─► proof parsed ─┬─ at+jwt ─► NeedKeys ──────────► on_keys ─────────┐
//                                                         └─ opaque ─► NeedIntrospection ─► on_introspection ┤
//   Verdict ◄── on_replay ◄── NeedReplayCheck ◄── possession ◄── step-up ◄── iss, aud, exp, scope ◄──────────┘
//
// Behind a gateway the credential is a phantom token, the gateway's answer from the authorization server as a JWT; it
// takes the way of the at+jwt, and possession is of the key that the gateway forwards.
//
// The host may answer a need from a cache; possession is checked after it either way. An answer that is missing becomes
// 503 and never an acceptance.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/secret.h"
#include "jose/jwt.h"
#include "oauth/bearer_rfc6750.h"
#include "oauth/dpop_senders.h"
#include "oauth/introspection_rfc7662.h"
#include "oauth/jwt_access_token_rfc9068.h"
#include "oauth/sender_constraint.h"
#include "oauth/step_up_rfc9470.h"
#include "oauth/token_hash.h"

namespace signet::verify {

struct TrustedIssuer {
  std::string issuer;
  std::string jwks_uri;  ///< a hint for the host; empty when it knows anyway
};

/// The gateways in front of a resource: whose phantom tokens it believes.
struct GatewayTrust {
  std::vector<std::string> client_ids;    ///< of the gateways, the `aud` of RFC 9701 answers that they pass on
  Duration phantom_max_age = minutes{2};  ///< of such an answer: the cache ceiling and a margin for clocks
};

/// What one resource demands. Built once from the configuration, shared by all requests.
struct Policy {
  std::vector<TrustedIssuer> issuers;
  std::string audience;  ///< must be among the token's `aud`
  std::vector<std::string> required_scope;
  oauth::StepUpDemand step_up;

  bool accept_dpop = true;
  bool accept_mtls = true;
  bool accept_bearer = false;   ///< tokens without any binding
  bool accept_jwt = true;       ///< verify at+jwt locally
  bool accept_opaque = true;    ///< ask for introspection
  bool introspect_jwt = false;  ///< ask the server about JWTs as well, to learn of revocation (FAPI2-SP-FINAL-5.3.4)

  std::vector<crypto::SignatureAlgorithm> algorithms = {
      crypto::SignatureAlgorithm::PS256, crypto::SignatureAlgorithm::ES256, crypto::SignatureAlgorithm::EdDSA};
  std::size_t max_token_bytes = oauth::kMaxAccessTokenBytes;
  jose::ClockTolerance clock{};
  Duration dpop_lifetime = seconds{60};
  bool check_dpop_replay = true;
  const oauth::DpopNonces* nonces =
      nullptr;  ///< when set, proofs must carry one of these. Needs: outlives the verification
  /// When set, the headers of their proofs are read once. Needs: outlives the verification, used by one thread
  oauth::DpopSenders* dpop_senders = nullptr;
  /// When set, phantom tokens from a gateway are the only credential; proofs, opaque tokens and introspection are the
  /// gateway's part.
  std::optional<GatewayTrust> gateway;

  std::string realm;
  std::string resource_metadata;  ///< URL for the challenges (RFC9728-5.1)
};

/// What came with the request. The views must outlive `start()` only.
struct Presented {
  std::vector<std::string_view> authorization;  ///< every value of the Authorization fields
  std::vector<std::string_view> dpop;           ///< every value of the DPoP fields
  std::string method;
  std::string url;                     ///< the public URL of the resource, as configured; the query does not matter
  std::string certificate_thumbprint;  ///< `x5t#S256` of the connection's client certificate; empty without one
  /// The DPoP key that a trusted gateway proved for this request; it replaces the proof. Empty without one.
  std::string forwarded_jkt = {};
  bool is_from_gateway = false;          ///< a trusted gateway sent the request and vouches for the key in it
  oauth::OtherTokenPlaces other_places;  ///< an access token seen in the query or in the form
};

/// A token whose every rule has been checked.
struct VerifiedToken {
  std::string iss;
  std::string sub;
  std::string client_id;
  std::vector<std::string> scope;
  std::vector<std::string> aud;
  std::string acr;
  std::vector<std::string> amr;
  std::optional<Instant> auth_time;
  std::optional<Instant> exp;
  std::optional<Instant> iat;
  std::string jti;
  oauth::SenderConstraint cnf;  ///< proven by this request
  std::string authorization_details;
  std::optional<std::string> new_dpop_nonce;  ///< put into DPoP-Nonce of the answer
  SecretText phantom_token;  ///< behind a gateway: the JWT itself, to ask for tokens of other APIs with
};

/// The answer to give instead of the resource.
struct Refusal {
  Error error;
  int status = 401;
  std::vector<std::string> www_authenticate;  ///< one field each
  std::optional<std::string> new_dpop_nonce;
};

using Verdict = std::variant<VerifiedToken, Refusal>;

/// The signing keys of an issuer. When the host's cached set lacks `kid` it may fetch once more before it answers.
struct NeedKeys {
  std::string issuer;
  std::string jwks_uri;
  std::string kid;
};
/// What the authorization server says of this token. `token_hash` is the key of a cache.
struct NeedIntrospection {
  std::string token;
  oauth::TokenHash token_hash;
};
/// Remember `hash` until `until`; was it there already?
struct NeedReplayCheck {
  Digest256 hash{};
  Instant until{};
};

/// What the replay store found: `First` is the only answer that lets the request pass.
enum class Seen { First, Again };

using Next = std::variant<Verdict, NeedKeys, NeedIntrospection, NeedReplayCheck>;

/// The checks of one request. Call start(), then the on_ function of each need, until a Verdict comes. An answer to a
/// need that was not asked is refused as a bug. Needs: `policy` outlives it. Thread: one at a time
class Verification {
 public:
  Verification(const Policy& policy, Presented presented, Instant now);

  [[nodiscard]] Next start();
  [[nodiscard]] Next on_keys(Result<jose::JwkSet> keys);
  [[nodiscard]] Next on_introspection(Result<oauth::IntrospectionResponse> response);
  /// The token that NeedKeys is about, for a host that looks for the keys of its signature.
  [[nodiscard]] const jose::UnverifiedJws& signed_token() const { return *jws_; }
  /// `Again` is a replay; an error means the store did not answer.
  [[nodiscard]] Next on_replay(Result<Seen> seen);

 private:
  enum class Waiting { Start, Keys, Introspection, Replay, Done };

  [[nodiscard]] Result<Next> begin();
  [[nodiscard]] Result<void> read_credential();
  [[nodiscard]] Result<void> read_proof(std::optional<std::string_view> proof);
  [[nodiscard]] Result<Next> read_phantom();
  [[nodiscard]] Result<Next> read_jwt();
  [[nodiscard]] Next need_introspection();
  [[nodiscard]] Result<Next> accept_keys(const jose::JwkSet& keys);
  [[nodiscard]] Result<Next> accept_phantom(const jose::JwkSet& keys);
  [[nodiscard]] Result<Next> accept_introspection(oauth::IntrospectionResponse&& response);
  [[nodiscard]] Result<std::string> issuer_of(const oauth::IntrospectionResponse& response) const;
  [[nodiscard]] Result<Next> check_token();
  [[nodiscard]] Result<void> check_scope() const;
  [[nodiscard]] Result<Next> check_possession();
  [[nodiscard]] Result<Next> check_dpop();
  [[nodiscard]] Result<void> check_nonce(std::string_view nonce);
  [[nodiscard]] Next accept();
  [[nodiscard]] Next finish(Result<Next> next);
  [[nodiscard]] bool turn_to(Waiting expected);

  const Policy& policy_;
  Presented presented_;
  Instant now_;
  Waiting waiting_ = Waiting::Start;
  std::optional<oauth::PresentedToken> credential_;
  std::optional<jose::UnverifiedJws> jws_;
  std::string jws_issuer_;
  std::optional<std::string> phantom_audience_;  ///< the gateway that an RFC 9701 answer was made for
  std::optional<oauth::UnverifiedDpopProof> proof_;
  VerifiedToken token_;
  std::optional<std::string> new_nonce_;
};

/// Would a token that was verified for one resource satisfy what `policy` demands as well: issuer, audience, scope,
/// strength of the login, kind of binding, expiry? Needs: possession was checked for the same request
[[nodiscard]] bool satisfies(const Policy& policy, const VerifiedToken& token, Instant now);

}  // namespace signet::verify
