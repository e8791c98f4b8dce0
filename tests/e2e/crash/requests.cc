#include "requests.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/clock.h"
#include "crypto/random.h"
#include "jose/jwk.h"
#include "oauth/assertion_rfc7523.h"
#include "oauth/dpop_rfc9449.h"
#include "oauth/pkce_rfc7636.h"

namespace signet::crash {
namespace {

template <class T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "%s %s\n", std::string(result.error().public_text.view()).c_str(),
               result.error().detail.c_str());
  std::exit(2);
}

std::string new_id() {
  crypto::SystemRandom random;
  return make_random_id(random);
}

Instant now() {
  return SystemClock{}.now();
}

jose::Signer make_dpop_key() {
  constexpr auto kAlgorithm = crypto::SignatureAlgorithm::ES256;
  return {.key = must(crypto::PrivateKey::generate(kAlgorithm)), .alg = kAlgorithm, .kid = {}};
}

Entries with_assertion(Entries entries, const std::string& assertion) {
  entries.push_back({"client_assertion_type", std::string(oauth::kClientAssertionType)});
  entries.push_back({"client_assertion", assertion});
  return entries;
}

}  // namespace

Target read_target(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string file(std::istreambuf_iterator<char>(in), {});
  const json::object object = must(parse_json_object(file));
  const auto key = must(jose::parse_private_jwk(object.at("client_key").as_object()));
  const auto text = [&](std::string_view name) { return std::string(peek_string(object, name)); };
  return {.port = static_cast<std::uint16_t>(object.at("port").as_int64()),
          .issuer = text("issuer"),
          .client_id = text("client_id"),
          .redirect_uri = text("redirect_uri"),
          .resource_client_id = text("resource_client_id"),
          .resource_certificate = text("resource_certificate"),
          .username = text("username"),
          .password = text("password"),
          .client_key = {key.key, crypto::SignatureAlgorithm::ES256, key.kid}};
}

Requests::Requests(const Target& target) : target_(target) {
  for (std::size_t i = 0; i < kDpopKeys; ++i) dpop_keys_.push_back(make_dpop_key());
}

std::string Requests::post(std::string_view path, const std::string& fields, const std::string& body) const {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/x-www-form-urlencoded\r\n{}"
      "Content-Length: {}\r\n\r\n{}",
      path, target_.port, fields, body.size(), body);
}

std::string Requests::get(std::string_view path, const std::string& fields) const {
  return fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n", path, target_.port, fields);
}

std::string Requests::assertion() const {
  const std::string claims =
      oauth::render_client_assertion_claims(target_.client_id, target_.issuer, new_id(), now(), minutes{5});
  return must(jose::sign_jws(target_.client_key, oauth::kClientAssertionTyp, claims));
}

std::string Requests::proof(std::size_t key) const {
  const jose::Signer& signer = dpop_keys_[key % kDpopKeys];
  const std::string url = target_.issuer + "/token";
  const std::string jti = new_id();
  const std::string claims = oauth::render_dpop_claims({.method = "POST", .url = url, .jti = jti, .now = now()});
  return must(
      jose::sign_jws_with_header(signer, oauth::render_dpop_header(signer.key.public_key(), signer.alg), claims));
}

std::string Requests::push(std::size_t key, const std::string& assertion) const {
  const Entries entries = {{"response_type", "code"},
                           {"redirect_uri", target_.redirect_uri},
                           {"scope", "openid accounts offline_access"},
                           {"state", "crash"},
                           {"nonce", "crash"},
                           {"code_challenge", oauth::make_code_challenge(kVerifier)},
                           {"code_challenge_method", "S256"},
                           {"dpop_jkt", jose::thumbprint(dpop_keys_[key % kDpopKeys].key.public_key())}};
  return post("/par", {}, http::render_form(with_assertion(entries, assertion)));
}

std::string Requests::token(Entries entries, const std::string& assertion, const std::string& proof) const {
  return post("/token", "DPoP: " + proof + "\r\n", http::render_form(with_assertion(std::move(entries), assertion)));
}

std::string Requests::redeem(const std::string& code, std::size_t key) const {
  return token({{"grant_type", "authorization_code"},
                {"code", code},
                {"redirect_uri", target_.redirect_uri},
                {"code_verifier", std::string(kVerifier)}},
               assertion(), proof(key));
}

std::string Requests::refresh(const std::string& refresh_token, std::size_t key) const {
  return token({{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}}, assertion(), proof(key));
}

std::string Requests::revoke(const std::string& token) const {
  return post("/revoke", {}, http::render_form(with_assertion({{"token", token}}, assertion())));
}

std::string Requests::introspect(const std::string& token) const {
  const std::string fields = "Client-Cert: :" + target_.resource_certificate + ":\r\nAccept: application/json\r\n";
  return post("/introspect", fields, http::render_form({{"client_id", target_.resource_client_id}, {"token", token}}));
}

}  // namespace signet::crash
