#pragma once
// Which factors would help: of those an account has, the ones that bring a login nearer to what it must prove.

#include "server/authn/factors/factor.h"

namespace signet::server::authn {

/// An account's factor that can be used now.
struct Candidate {
  const Factor* factor;
  std::string name;  ///< what the user called it; empty for the ones without a name
};

/// Can the factor be asked for within a login? What a login begins with cannot, a passkey apart, which is both.
[[nodiscard]] bool is_asked_within(const Factor& factor);

/// Every factor that the account can use at this issuer, apart from those proven already.
[[nodiscard]] std::vector<Candidate> usable_factors(const Exchange& exchange, const store::AccountRecord& account,
                                                    const std::vector<store::FactorRecord>& rows, const Proofs& proofs);

/// What would be proven if each of them were used as well.
[[nodiscard]] Proofs with_all(const std::vector<Candidate>& candidates, Proofs proofs);

/// Those among them that prove what is missing; none when even all of them together would not be enough.
[[nodiscard]] std::vector<Candidate> helpful_factors(const std::vector<Candidate>& usable,
                                                     const Requirement& requirement, const Proofs& proofs);

/// Kinds that could be enrolled now and would then prove what is missing.
[[nodiscard]] std::vector<std::string> helpful_enrolments(const Exchange& exchange, const Requirement& requirement,
                                                          const Proofs& proofs);

/// Those by which the account can sign what it was shown, proven or not.
[[nodiscard]] std::vector<Candidate> signing_factors(const Exchange& exchange, const store::AccountRecord& account,
                                                     const std::vector<store::FactorRecord>& rows);
/// Kinds that sign and could be enrolled now.
[[nodiscard]] std::vector<std::string> signing_enrolments(const Exchange& exchange);

/// Does the account have a factor beside its password?
[[nodiscard]] bool has_second_factor(const std::vector<store::FactorRecord>& rows);

[[nodiscard]] json::array to_json(const std::vector<Candidate>& candidates);

}  // namespace signet::server::authn
