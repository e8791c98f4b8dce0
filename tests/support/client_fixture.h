#pragma once
// A client as its own side has it: keys, assertions, proofs, authorization requests.

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "http/form.h"
#include "jose/jws.h"
#include "oauth/assertion_rfc7523.h"
#include "oauth/dpop_rfc9449.h"
#include "oauth/pkce_rfc7636.h"
#include "support/database.h"

namespace signet::test {

using Parameters = std::vector<http::Form::Entry>;

/// `form` with `more` in the place of parameters of the same name; an empty value removes one.
Parameters with(Parameters form, const Parameters& more);

/// An ES256 key with its names.
jose::Signer make_signer(std::string kid);
jose::Jwk public_jwk(const jose::Signer& signer);

/// A DPoP proof. Spec: RFC9449-4.2
std::string make_proof(const jose::Signer& key, const oauth::DpopProofRequest& request);
std::string jkt_of(const jose::Signer& key);

inline constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr std::string_view kState = "state-of-the-client-7f3a";

struct TestClient {
  explicit TestClient(std::string id = "client-1", std::string redirect = "https://client.example/callback");

  /// Client authentication as form parameters. Spec: RFC7523-2.2
  [[nodiscard]] Parameters authenticate(std::string_view issuer, Instant now, Random& random) const;
  /// A complete request for a code with the scope openid.
  [[nodiscard]] Parameters authorization_request() const;

  std::string client_id;
  std::string redirect_uri;
  jose::Signer signer = make_signer("client-key");
  jose::Signer dpop_key = make_signer("");
  json::object metadata;
};

}  // namespace signet::test
