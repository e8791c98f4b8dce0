#include <cstdio>
#include <memory>

#include "requests.h"

namespace signet::bench {
namespace {

constexpr std::size_t kCachedTokens = 256;
constexpr std::size_t kTogether = 8;  ///< requests for one token that nobody has asked about yet

/// Opaque access tokens; the one with number i is bound to the device key i or to the client's certificate.
using Tokens = std::vector<std::string>;

/// One connection of several that fetch tokens: those with the numbers first, first + step, ...
template <class MakeRequest>
Script fetch_tokens(std::shared_ptr<Tokens> tokens, std::size_t first, std::size_t step, MakeRequest make) {
  return [=, next = first](const Reply* last) mutable -> std::optional<std::string> {
    expect_status(last, 200);
    if (last != nullptr) {
      (*tokens)[next] = member(*last, "access_token");
      next += step;
    }
    if (next >= tokens->size()) return std::nullopt;
    return make(next);
  };
}

template <class MakeRequest>
std::shared_ptr<Tokens> fetch_tokens(const Target& target, std::size_t count, MakeRequest make) {
  constexpr std::size_t kConnections = 16;
  auto tokens = std::make_shared<Tokens>(count);
  std::vector<Script> scripts;
  for (std::size_t i = 0; i < kConnections; ++i) scripts.push_back(fetch_tokens(tokens, i, kConnections, make));
  (void)run_closed_loop({.port = target.port}, std::move(scripts));
  return tokens;
}

std::shared_ptr<Tokens> fetch_dpop_tokens(const Target& target, std::size_t count) {
  return fetch_tokens(target, count,
                      [&target](std::size_t i) { return client_credentials_request(target, target.client_id, i); });
}

std::shared_ptr<Tokens> fetch_mtls_tokens(const Target& target, std::size_t count) {
  return fetch_tokens(target, count, [&target](std::size_t) {
    const Entries entries = with_assertion(target, target.gateway.mtls_client_id,
                                           {{"grant_type", "client_credentials"}, {"scope", "accounts"}});
    return post("/token", "Client-Cert: :" + target.gateway.certificate + ":\r\n", http::render_form(entries));
  });
}

Endpoint plain(const Target& target) {
  return {.port = target.gateway.port};
}
Endpoint reconnecting(const Target& target) {
  return {.port = target.gateway.port, .reconnects = true};
}
Endpoint tls(const Target& target) {
  return {.port = target.gateway.tls_port,
          .tls = make_tls(target.gateway.certificate_file, target.gateway.certificate_key_file)};
}

std::string dpop_request(const Target& target, std::string_view path, std::size_t key, const std::string& token,
                         std::string_view nonce = {}) {
  const std::string url = target.gateway.origin + std::string(path);
  const std::string proof = make_proof(key, {.method = "GET", .url = url, .access_token = token, .nonce = nonce});
  return get(path, "Authorization: DPoP " + token + "\r\nDPoP: " + proof + "\r\n");
}

/// The tokens of all operations whose tokens the gateway knows already.
struct Cached {
  std::shared_ptr<Tokens> dpop;
  std::shared_ptr<Tokens> mtls;
};
const Cached& cached(const Target& target) {
  static const Cached made{fetch_dpop_tokens(target, kCachedTokens), fetch_mtls_tokens(target, kCachedTokens)};
  return made;
}

/// A nonce of the gateway, from its refusal of a proof without one.
std::string fetch_nonce(const Target& target, std::string_view path) {
  auto nonce = std::make_shared<std::string>();
  std::vector<Script> scripts;
  scripts.emplace_back([&, nonce, sent = false](const Reply* last) mutable -> std::optional<std::string> {
    if (last != nullptr) *nonce = find_header(last->head, "dpop-nonce");
    if (std::exchange(sent, true)) return std::nullopt;
    return dpop_request(target, path, 0, cached(target).dpop->front());
  });
  (void)run_closed_loop(plain(target), std::move(scripts));
  return *nonce;
}

std::vector<std::string> dpop_requests(const Target& target, std::string_view path, std::size_t count,
                                       std::string_view nonce = {}) {
  const Tokens& tokens = *cached(target).dpop;
  return prepare_requests(
      count, [&](std::size_t i) { return dpop_request(target, path, i, tokens[i % tokens.size()], nonce); });
}

std::vector<Script> proxy(const Target& target, std::size_t count, std::size_t connections) {
  return replay(dpop_requests(target, "/open/accounts", count), connections, 200);
}

/// nginx verifies one ES256 signature for each of them, and nothing else.
std::vector<Script> proxy_verify(const Target& target, std::size_t count, std::size_t connections) {
  return replay(dpop_requests(target, "/verify/accounts", count), connections, 200);
}

std::vector<Script> proxy_bare(const Target&, std::size_t count, std::size_t connections) {
  return replay(std::vector<std::string>(count, get("/open/accounts")), connections, 200);
}

std::vector<Script> dpop(const Target& target, std::size_t count, std::size_t connections, std::string_view path,
                         std::string_view nonce) {
  auto scripts = replay(dpop_requests(target, path, count, nonce), connections, 200);
  (void)run_closed_loop(reconnecting(target), replay(dpop_requests(target, path, kCachedTokens, nonce), 4, 200));
  return scripts;
}
std::vector<Script> dpop(const Target& target, std::size_t count, std::size_t connections) {
  return dpop(target, count, connections, "/dpop/accounts", {});
}
std::vector<Script> dpop_nonce(const Target& target, std::size_t count, std::size_t connections) {
  return dpop(target, count, connections, "/nonce/accounts", fetch_nonce(target, "/nonce/accounts"));
}

std::vector<std::string> mtls_requests(const Target& target, std::string_view path, std::size_t count) {
  const Tokens& tokens = *cached(target).mtls;
  return prepare_requests(
      count, [&](std::size_t i) { return get(path, "Authorization: Bearer " + tokens[i % tokens.size()] + "\r\n"); });
}
std::vector<Script> tls_proxy(const Target& target, std::size_t count, std::size_t connections) {
  return replay(mtls_requests(target, "/open/accounts", count), connections, 200);
}
std::vector<Script> mtls(const Target& target, std::size_t count, std::size_t connections) {
  auto scripts = replay(mtls_requests(target, "/mtls/accounts", count), connections, 200);
  (void)run_closed_loop(tls(target), replay(mtls_requests(target, "/mtls/accounts", kCachedTokens), 4, 200));
  return scripts;
}

/// New tokens, each in as many requests that follow each other at once.
std::vector<Script> uncached(const Target& target, std::size_t count, std::size_t connections, std::size_t together) {
  const auto tokens = fetch_dpop_tokens(target, (count + together - 1) / together);
  return replay(prepare_requests(count,
                                 [&](std::size_t i) {
                                   const std::size_t number = i / together;
                                   return dpop_request(target, "/dpop/accounts", number, (*tokens)[number]);
                                 }),
                connections, 200);
}
std::vector<Script> uncached(const Target& target, std::size_t count, std::size_t connections) {
  return uncached(target, count, connections, 1);
}
std::vector<Script> uncached_together(const Target& target, std::size_t count, std::size_t connections) {
  return uncached(target, count, connections, kTogether);
}

/// More tokens than a server gives in the time: made up, and at `/many` the answer about the first one counts for all.
std::vector<Script> many(const Target& target, std::size_t count, std::size_t connections) {
  constexpr std::string_view kPath = "/many/accounts";
  const std::string first = fetch_dpop_tokens(target, 1)->front();
  auto requests = prepare_requests(
      count, [&](std::size_t) { return dpop_request(target, kPath, 0, make_random_token(random_source())); });
  (void)run_closed_loop(plain(target), replay({dpop_request(target, kPath, 0, first)}, 1, 200));
  return replay(std::move(requests), connections, 200);
}

}  // namespace

const std::vector<Operation>& gateway_operations() {
  static const std::vector<Operation> all = {
      {"proxy_bare", 1, 0, 0, 0, "-", proxy_bare, plain},
      {"proxy", 1, 0, 0, 0, "-", proxy, plain},
      {"proxy_verify", 1, 1, 0, 0, "-", proxy_verify, plain},
      {"dpop", 1, 1, 1, 0, "-", dpop, plain},
      {"dpop_nonce", 1, 1, 1, 0, "-", dpop_nonce, plain},
      {"tls_proxy", 1, 0, 0, 0, "-", tls_proxy, tls},
      {"mtls", 1, 0, 0, 0, "-", mtls, tls},
      {"uncached", 1, 2, 1, 1, "-", uncached, plain},
      {"uncached_together", 1, 1, 1, 0, "-", uncached_together, plain},
      {"many", 1, 2, 1, 1, "-", many, plain},
      {"reload_proxy", 1, 0, 0, 0, "-", proxy, reconnecting},
      {"reload_dpop", 1, 1, 1, 0, "-", dpop, reconnecting},
  };
  return all;
}

}  // namespace signet::bench
