#pragma once
// What the operations send is made of: assertions, proofs and whole HTTP requests.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "closed_loop.h"
#include "crypto/random.h"
#include "http/form.h"
#include "operations.h"

namespace signet::bench {

inline constexpr std::size_t kDpopKeys = 256;  ///< many devices, not one hot key

/// The value, or the end of the program with what went wrong.
template <class T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "cannot prepare the load: %s %s\n", std::string(result.error().public_text.view()).c_str(),
               result.error().detail.c_str());
  std::exit(1);
}

[[nodiscard]] crypto::SystemRandom& random_source();
/// The device key with this number; numbers beyond kDpopKeys begin again.
[[nodiscard]] const jose::Signer& dpop_key(std::size_t number);

struct ProofTarget {
  std::string_view method;
  std::string url;
  std::string_view access_token = {};  ///< empty: the proof has no `ath`
  std::string_view nonce = {};
};
/// A new DPoP proof, of this second.
[[nodiscard]] std::string make_proof(std::size_t key, const ProofTarget& target);
/// A new proof for the token endpoint.
[[nodiscard]] std::string make_token_proof(const Target& target, std::size_t key);

using Entries = std::vector<http::Form::Entry>;
/// `entries` with a new client assertion behind them.
[[nodiscard]] Entries with_assertion(const Target& target, const std::string& client_id, Entries entries);

/// `fields` are whole lines.
[[nodiscard]] std::string post(std::string_view path, const std::string& fields, const std::string& body);
[[nodiscard]] std::string get(std::string_view path, const std::string& fields = {});
/// A token request with the proof of this device key.
[[nodiscard]] std::string client_credentials_request(const Target& target, const std::string& client_id,
                                                     std::size_t key);

/// Ends the program when the last reply is another one.
void expect_status(const Reply* reply, int status);
/// A text member of a JSON body.
[[nodiscard]] std::string member(const Reply& reply, std::string_view name);

template <class Make>
std::vector<std::string> prepare_requests(std::size_t count, Make make) {
  std::vector<std::string> requests;
  requests.reserve(count);
  for (std::size_t i = 0; i < count; ++i) requests.push_back(make(i));
  return requests;
}
/// Scripts that send prepared requests in their order, each answered with `status`.
[[nodiscard]] std::vector<Script> replay(std::vector<std::string> requests, std::size_t connections, int status);

}  // namespace signet::bench
