#pragma once
// An authorization server in memory that answers what a test tells it to: correct by default, hostile where a test
// wants.

#include <functional>
#include <map>

#include "base/url.h"
#include "crypto/digest.h"
#include "http/form.h"
#include "jose/jwk.h"
#include "jose/jwt.h"
#include "oauth/core_openid.h"
#include "oauth/core_rfc6749.h"
#include "oauth/dpop_rfc9449.h"
#include "oauth/introspection_rfc7662.h"
#include "oauth/jwt_access_token_rfc9068.h"
#include "oauth/jwt_introspection_rfc9701.h"
#include "oauth/metadata_rfc8414.h"
#include "remote/transport.h"
#include "support/fakes.h"

namespace signet::test {

jose::Signer new_signer(std::string kid, crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::ES256);
jose::JwkSet public_keys(const std::vector<jose::Signer>& signers);

class FakeAuthorizationServer final : public remote::Transport {
 public:
  using Answer = std::function<Result<http::Response>(const net::OutgoingRequest&)>;

  explicit FakeAuthorizationServer(const Clock& time, std::string issuer_url = "https://as.test");
  ~FakeAuthorizationServer() override;

  [[nodiscard]] Task<Result<http::Response>> send(net::OutgoingRequest request) override;

  /// From now on requests to `path` get this answer.
  void on(const std::string& path, Answer new_answer);
  void on(const std::string& path, http::Response response);

  [[nodiscard]] std::size_t count(std::string_view path) const;
  /// The last request to a path; the test fails without one.
  [[nodiscard]] const net::OutgoingRequest& last(std::string_view path) const;
  [[nodiscard]] http::Form last_form(std::string_view path) const;

  [[nodiscard]] std::string sign(std::string_view typ, std::string_view payload) const;
  /// The ID token as it stands in `id_token`, with the nonce of the last pushed request.
  [[nodiscard]] std::string make_id_token() const;

  std::string issuer;
  std::string client_id = "demo";
  oauth::AuthorizationServerMetadata metadata;
  jose::Signer signer;
  std::vector<jose::Signer> published;
  oauth::IdToken id_token;
  oauth::TokenResponse tokens;
  oauth::IntrospectionResponse introspection;
  json::object userinfo = {{"sub", "alice"}, {"name", "Alice"}};
  std::function<std::string()> id_token_text;  ///< replaces the correct ID token
  std::string pushed_nonce;
  std::vector<net::OutgoingRequest> requests;
  std::map<std::string, Answer> answers;

 private:
  [[nodiscard]] Result<http::Response> answer(const net::OutgoingRequest& request);
  [[nodiscard]] http::Response push(const net::OutgoingRequest& request);
  [[nodiscard]] http::Response token() const;
  [[nodiscard]] http::Response introspect(const net::OutgoingRequest& request) const;

  const Clock& clock;
};

/// The claims of a JWT whose signature does not matter to the test.
jose::Claims read_claims(std::string_view jwt);

}  // namespace signet::test
