#pragma once
// What a person has proven: one proof for each factor that was used, and what a set of proofs is worth.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/config.h"
#include "store/sessions.h"
#include "workflow/effect.h"

namespace signet::server::authn {

/// The three kinds of evidence; two of them that do not depend on each other make an authentication strong.
enum class Category { Knowledge, Possession, Inherence };
[[nodiscard]] std::string_view name_of(Category category);

struct Proof {
  std::string factor;     ///< its kind: "password", "totp", "passkey", …
  std::string factor_id;  ///< of the row it was proven with; of the password its mark
  std::vector<Category> categories;
  std::vector<std::string> amr;  ///< RFC8176-2
  bool phishing_resistant = false;
  bool hardware = false;
  Instant at{};
};
using Proofs = std::vector<Proof>;

[[nodiscard]] json::array to_json(const Proofs& proofs);
/// Proofs as they stand among facts and in sessions. What is not of our making is left out.
[[nodiscard]] Proofs parse_proofs(const json::value* value);
[[nodiscard]] Proofs proofs_of(const workflow::Facts& facts);
[[nodiscard]] Proofs proofs_in(const store::SessionRecord& session);

/// The newest proof of a factor stands for it.
void add_proof(Proofs& proofs, Proof proof);

/// What tells one password of an account from the next: a proof of one that was replaced is worth nothing any more,
/// in whatever login or session it stands.
[[nodiscard]] std::string password_mark(std::string_view password_hash);

/// Distinct categories among the proofs.
[[nodiscard]] std::int64_t count_categories(const Proofs& proofs);
/// Methods of all proofs, each once, with "mfa" when they are of two categories. Spec: RFC8176-2
[[nodiscard]] std::vector<std::string> amr_of(const Proofs& proofs);
/// When the oldest of the proofs was given: what `auth_time` says.
[[nodiscard]] Instant proven_at(const Proofs& proofs);
/// Those given less than `max_age` ago, all of them without a limit.
[[nodiscard]] Proofs fresh_proofs(const Proofs& proofs, std::optional<Duration> max_age, Instant now);

/// What a login has to prove: the strictest of the request, the policy and the client.
struct Requirement {
  std::int64_t categories = 1;
  bool phishing_resistant = false;
  bool hardware = false;
  std::vector<std::string> factors = {};  ///< kinds, all of which must be proven

  void add(const LevelConfig& level);
  [[nodiscard]] bool is_met_by(const Proofs& proofs) const;
};

/// The strongest level whose demands the proofs meet, and that of every weaker one; empty when they meet none.
[[nodiscard]] std::string reached_acr(std::span<const LevelConfig> levels, const Proofs& proofs);
[[nodiscard]] const LevelConfig* find_level(std::span<const LevelConfig> levels, std::string_view acr);
/// The level of another scheme that `acr` stands for ("substantial"); empty when the configuration names none.
[[nodiscard]] std::string_view assurance_of(std::span<const LevelConfig> levels, std::string_view acr);

}  // namespace signet::server::authn
