#pragma once
// Compact JWS: three parts, one signature, never `none`, never HMAC. Spec: RFC7515-3.1, RFC8725

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "jose/jwks.h"

namespace signet::jose {

/// The header members the house acts on. Anything in `crit` is refused, since no extension is implemented.
struct JwsHeader {
  crypto::SignatureAlgorithm alg = crypto::SignatureAlgorithm::ES256;
  std::string typ;  ///< lower case, without a leading "application/"
  std::string cty;
  std::string kid;
  json::object members;  ///< everything, `jwk` included
};

/// A JWS whose signature has NOT been checked. The payload is only reachable through `verify`, apart from
/// `peek_payload`, which exists to find out who claims to have signed.
class UnverifiedJws {
 public:
  /// `text` is copied. Fails: Malformed (shape, base64url, JSON, `crit`, b64), UnsupportedAlgorithm (none, HMAC,
  /// unknown alg), TooLarge (above `limit` bytes)
  [[nodiscard]] static Result<UnverifiedJws> parse(std::string_view text, std::size_t limit = 16 * 1024);
  /// The same without reading the header once more. Needs: `header` was read from a text that began with the same one
  [[nodiscard]] static Result<UnverifiedJws> parse(std::string_view text, std::shared_ptr<const JwsHeader> header,
                                                   std::size_t limit);

  [[nodiscard]] const JwsHeader& header() const { return *header_; }
  [[nodiscard]] const std::shared_ptr<const JwsHeader>& shared_header() const { return header_; }
  /// The header as it stands in the text.
  [[nodiscard]] std::string_view encoded_header() const {
    return std::string_view(signing_input_).substr(0, signing_input_.find('.'));
  }
  [[nodiscard]] std::string_view peek_payload() const { return as_text(payload_); }

  /// The payload, once `key` has been shown to have signed it. Fails: BadSignature, UnsupportedAlgorithm
  [[nodiscard]] Result<std::string_view> verify(const crypto::PublicKey& key) const;
  /// Tries the candidates of a set (at most 4). Fails: UnknownKey when there is none, BadSignature
  [[nodiscard]] Result<std::string_view> verify(const JwkSet& keys) const;

 private:
  std::shared_ptr<const JwsHeader> header_;
  std::string signing_input_;
  Bytes payload_;
  Bytes signature_;
};

/// What signs: a private key with the names that go into the header.
struct Signer {
  crypto::PrivateKey key;
  crypto::SignatureAlgorithm alg;
  std::string kid;
};

/// Compact JWS of `payload` with {"alg","typ","kid"} in its header (`typ` and `kid` left out when empty).
[[nodiscard]] Result<std::string> sign_jws(const Signer& signer, std::string_view typ, std::string_view payload);
/// The same with a header of the caller's own, which must be a JSON object text that names signer.alg (DPoP's `jwk`).
[[nodiscard]] Result<std::string> sign_jws_with_header(const Signer& signer, std::string_view header_json,
                                                       std::string_view payload);

}  // namespace signet::jose
