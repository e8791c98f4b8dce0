#include "server/authn/candidates.h"

#include <algorithm>

#include "base/text.h"

namespace signet::server::authn {
namespace {

/// The proof that a factor gives at its best.
Proof best_proof(const Factor& factor) {
  return {.factor = std::string(factor.kind),
          .factor_id = {},
          .categories = factor.categories,
          .amr = {},
          .phishing_resistant = factor.phishing_resistant,
          .hardware = factor.hardware};
}

bool is_proven(const Proofs& proofs, std::string_view kind) {
  return std::ranges::find(proofs, kind, &Proof::factor) != proofs.end();
}

/// Does one more factor prove anything of what is missing?
bool helps(const Factor& factor, const Requirement& requirement, const Proofs& proofs) {
  Proofs with = proofs;
  with.push_back(best_proof(factor));
  const bool adds_category =
      count_categories(proofs) < requirement.categories && count_categories(with) > count_categories(proofs);
  return adds_category ||
         (requirement.phishing_resistant && factor.phishing_resistant &&
          std::ranges::none_of(proofs, &Proof::phishing_resistant)) ||
         (requirement.hardware && factor.hardware && std::ranges::none_of(proofs, &Proof::hardware)) ||
         contains(requirement.factors, factor.kind);
}

bool is_configured(const Exchange& exchange, const Factor& factor) {
  return factor.is_configured == nullptr || factor.is_configured(exchange);
}

}  // namespace

bool is_asked_within(const Factor& factor) {
  return !factor.is_primary || factor.phishing_resistant;
}

std::vector<Candidate> usable_factors(const Exchange& exchange, const store::AccountRecord& account,
                                      const std::vector<store::FactorRecord>& rows, const Proofs& proofs) {
  std::vector<Candidate> usable;
  for (const Factor* factor : factors()) {
    if (is_proven(proofs, factor->kind) || !is_configured(exchange, *factor)) continue;
    std::vector<store::FactorRecord> own;
    std::ranges::copy_if(rows, std::back_inserter(own), [&](const auto& row) {
      return row.kind == factor->kind && (factor->is_here == nullptr || factor->is_here(exchange, row));
    });
    const bool can = factor->is_usable != nullptr ? factor->is_usable(account, own) : !own.empty();
    if (can) usable.push_back({factor, own.size() == 1 ? own.front().name : std::string{}});
  }
  return usable;
}

Proofs with_all(const std::vector<Candidate>& candidates, Proofs proofs) {
  for (const Candidate& candidate : candidates) proofs.push_back(best_proof(*candidate.factor));
  return proofs;
}

std::vector<Candidate> helpful_factors(const std::vector<Candidate>& usable, const Requirement& requirement,
                                       const Proofs& proofs) {
  if (!requirement.is_met_by(with_all(usable, proofs))) return {};
  std::vector<Candidate> helpful;
  std::ranges::copy_if(usable, std::back_inserter(helpful),
                       [&](const Candidate& candidate) { return helps(*candidate.factor, requirement, proofs); });
  return helpful;
}

std::vector<std::string> helpful_enrolments(const Exchange& exchange, const Requirement& requirement,
                                            const Proofs& proofs) {
  std::vector<std::string> kinds;
  for (const Factor* factor : factors()) {
    if (!factor->can_be_enrolled || factor->is_reserve || !is_configured(exchange, *factor)) continue;
    Proofs with = proofs;
    with.push_back(best_proof(*factor));
    if (requirement.is_met_by(with)) kinds.emplace_back(factor->kind);
  }
  return kinds;
}

std::vector<Candidate> signing_factors(const Exchange& exchange, const store::AccountRecord& account,
                                       const std::vector<store::FactorRecord>& rows) {
  std::vector<Candidate> signing = usable_factors(exchange, account, rows, {});
  std::erase_if(signing, [](const Candidate& candidate) { return !candidate.factor->signs_payload; });
  return signing;
}

std::vector<std::string> signing_enrolments(const Exchange& exchange) {
  std::vector<std::string> kinds;
  for (const Factor* factor : factors()) {
    const bool can = factor->signs_payload && factor->can_be_enrolled && is_configured(exchange, *factor);
    if (can) kinds.emplace_back(factor->kind);
  }
  return kinds;
}

bool has_second_factor(const std::vector<store::FactorRecord>& rows) {
  // Recovery codes are made for those who lose what they have, so they alone are nothing to lose; a PIN is a short
  // password of one device.
  return std::ranges::any_of(rows, [](const auto& row) { return row.kind != "recovery_codes" && row.kind != "pin"; });
}

json::array to_json(const std::vector<Candidate>& candidates) {
  json::array array;
  for (const Candidate& candidate : candidates) {
    array.push_back(json::object{{"kind", candidate.factor->kind}, {"name", candidate.name}});
  }
  return array;
}

}  // namespace signet::server::authn
