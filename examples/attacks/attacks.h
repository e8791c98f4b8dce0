#pragma once
// Five thefts as functions: each acts as the thief would and reports what came back.

#include <string>
#include <vector>

#include "client/client.h"

namespace signet::attacks {

/// One attempt of an attack.
struct Attempt {
  std::string what;      ///< what the thief does
  std::string expected;  ///< "401 invalid_token"
  std::string got;
  bool is_refused = false;  ///< as expected
};

struct Attack {
  std::string title;
  std::string lesson;  ///< why it cannot work
  std::vector<Attempt> attempts;
};

struct Victim {
  client::Client& client;        ///< whose user it is; its tokens are bound to a DPoP key
  client::Client& other_client;  ///< another client of the same server, in the thief's hands
  remote::Transport& transport;
  const Clock& clock;
  Random& random;
  std::string username;
  SecretText password;
  std::string api_url;
  std::string inner_api_url;  ///< where the API listens behind its gateway; empty without one
};

[[nodiscard]] Task<Result<Attack>> use_stolen_token(Victim& victim);
[[nodiscard]] Task<Result<Attack>> reuse_code(Victim& victim);
[[nodiscard]] Task<Result<Attack>> redeem_code_of_another_client(Victim& victim);
[[nodiscard]] Task<Result<Attack>> reuse_proof(Victim& victim);
/// Needs: `inner_api_url`
[[nodiscard]] Task<Result<Attack>> call_past_the_gateway(Victim& victim);

}  // namespace signet::attacks
