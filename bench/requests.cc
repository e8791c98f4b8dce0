#include "requests.h"

#include <memory>

#include "base/json.h"
#include "oauth/assertion_rfc7523.h"
#include "oauth/dpop_rfc9449.h"

namespace signet::bench {
namespace {

Instant now() {
  return SystemClock{}.now();
}

std::string assertion(const Target& target, const std::string& client_id) {
  const std::string claims = oauth::render_client_assertion_claims(client_id, target.issuer,
                                                                   make_random_id(random_source()), now(), minutes{5});
  return must(jose::sign_jws(target.client_key, oauth::kClientAssertionTyp, claims));
}

std::vector<jose::Signer> make_dpop_keys() {
  constexpr auto kAlgorithm = crypto::SignatureAlgorithm::ES256;
  std::vector<jose::Signer> made;
  for (std::size_t i = 0; i < kDpopKeys; ++i) {
    made.push_back({must(crypto::PrivateKey::generate(kAlgorithm)), kAlgorithm, {}});
  }
  return made;
}

}  // namespace

crypto::SystemRandom& random_source() {
  static crypto::SystemRandom random;
  return random;
}

const jose::Signer& dpop_key(std::size_t number) {
  static const std::vector<jose::Signer> keys = make_dpop_keys();
  return keys[number % kDpopKeys];
}

std::string make_proof(std::size_t key, const ProofTarget& target) {
  const jose::Signer& signer = dpop_key(key);
  const std::string jti = make_random_id(random_source());
  const std::string claims = oauth::render_dpop_claims({.method = target.method,
                                                        .url = target.url,
                                                        .jti = jti,
                                                        .now = now(),
                                                        .nonce = target.nonce,
                                                        .access_token = target.access_token});
  return must(
      jose::sign_jws_with_header(signer, oauth::render_dpop_header(signer.key.public_key(), signer.alg), claims));
}

std::string make_token_proof(const Target& target, std::size_t key) {
  return make_proof(key, {.method = "POST", .url = target.issuer + "/token"});
}

Entries with_assertion(const Target& target, const std::string& client_id, Entries entries) {
  entries.push_back({"client_assertion_type", std::string(oauth::kClientAssertionType)});
  entries.push_back({"client_assertion", assertion(target, client_id)});
  return entries;
}

std::string post(std::string_view path, const std::string& fields, const std::string& body) {
  std::string text =
      "POST " + std::string(path) + " HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n";
  text += fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return text;
}

std::string get(std::string_view path, const std::string& fields) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: bench\r\n" + fields + "\r\n";
}

std::string client_credentials_request(const Target& target, const std::string& client_id, std::size_t key) {
  const Entries entries =
      with_assertion(target, client_id, {{"grant_type", "client_credentials"}, {"scope", "accounts"}});
  return post("/token", "DPoP: " + make_token_proof(target, key) + "\r\n", http::render_form(entries));
}

void expect_status(const Reply* reply, int status) {
  if (reply == nullptr || reply->status == status) return;
  std::fprintf(stderr, "expected status %d, got %d: %.*s\n", status, reply->status,
               static_cast<int>(reply->body.size()), reply->body.data());
  std::exit(1);
}

std::string member(const Reply& reply, std::string_view name) {
  return std::string(peek_string(must(parse_json_object(reply.body)), name));
}

std::vector<Script> replay(std::vector<std::string> requests, std::size_t connections, int status) {
  std::vector<Script> scripts;
  auto shared = std::make_shared<std::vector<std::string>>(std::move(requests));
  auto next = std::make_shared<std::size_t>(0);
  for (std::size_t i = 0; i < connections; ++i) {
    scripts.emplace_back([shared, next, status](const Reply* last) -> std::optional<std::string> {
      expect_status(last, status);
      if (*next == shared->size()) return std::nullopt;
      return std::move((*shared)[(*next)++]);
    });
  }
  return scripts;
}

}  // namespace signet::bench
