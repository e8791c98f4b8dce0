#include "server/authn/proofs.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "crypto/digest.h"
#include "server/authn/facts.h"

namespace signet::server::authn {
namespace {

constexpr Category kCategories[] = {Category::Knowledge, Category::Possession, Category::Inherence};

std::optional<Category> find_category(std::string_view name) {
  const auto found = std::ranges::find(kCategories, name, [](Category category) { return name_of(category); });
  return found == std::end(kCategories) ? std::nullopt : std::optional(*found);
}

json::object to_json(const Proof& proof) {
  json::array categories;
  for (const Category category : proof.categories) categories.emplace_back(name_of(category));
  return {{"factor", proof.factor},
          {"factor_id", proof.factor_id},
          {"categories", std::move(categories)},
          {"amr", signet::to_json(proof.amr)},
          {"phishing_resistant", proof.phishing_resistant},
          {"hardware", proof.hardware},
          {"at", to_unix_millis(proof.at)}};
}

std::optional<Proof> parse_proof(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  Proof proof{.factor = fact::text(object, "factor"),
              .factor_id = fact::text(object, "factor_id"),
              .categories = {},
              .amr = fact::list(object, "amr"),
              .phishing_resistant = fact::is_set(object, "phishing_resistant"),
              .hardware = fact::is_set(object, "hardware"),
              .at = from_unix_millis(fact::integer(object, "at"))};
  for (const auto& name : fact::list(object, "categories")) {
    const auto category = find_category(name);
    if (!category) return std::nullopt;
    proof.categories.push_back(*category);
  }
  if (proof.factor.empty()) return std::nullopt;
  return proof;
}

}  // namespace

std::string_view name_of(Category category) {
  switch (category) {
    case Category::Knowledge:
      return "knowledge";
    case Category::Possession:
      return "possession";
    case Category::Inherence:
      return "inherence";
  }
  return "";
}

json::array to_json(const Proofs& proofs) {
  json::array array;
  for (const Proof& proof : proofs) array.push_back(to_json(proof));
  return array;
}

Proofs parse_proofs(const json::value* value) {
  Proofs proofs;
  if (value == nullptr || !value->is_array()) return proofs;
  for (const json::value& element : value->get_array()) {
    if (auto proof = parse_proof(element)) proofs.push_back(*std::move(proof));
  }
  return proofs;
}

Proofs proofs_of(const workflow::Facts& facts) {
  return parse_proofs(facts.if_contains(fact::kProofs));
}

Proofs proofs_in(const store::SessionRecord& session) {
  const auto value = parse_json(session.proofs);
  return value ? parse_proofs(&*value) : Proofs{};
}

void add_proof(Proofs& proofs, Proof proof) {
  std::erase_if(proofs,
                [&](const Proof& other) { return other.factor == proof.factor && other.factor_id == proof.factor_id; });
  proofs.push_back(std::move(proof));
}

std::string password_mark(std::string_view password_hash) {
  constexpr std::size_t kBytes = 12;
  const Digest256 digest = crypto::sha256(password_hash);
  return encode_base64url(BytesView(digest).first(kBytes));
}

std::int64_t count_categories(const Proofs& proofs) {
  std::set<Category> categories;
  for (const Proof& proof : proofs) categories.insert(proof.categories.begin(), proof.categories.end());
  return static_cast<std::int64_t>(categories.size());
}

std::vector<std::string> amr_of(const Proofs& proofs) {
  std::vector<std::string> amr;
  for (const Proof& proof : proofs) {
    for (const auto& method : proof.amr) {
      if (!contains(amr, method)) amr.push_back(method);
    }
  }
  if (count_categories(proofs) >= 2 && !contains(amr, "mfa")) amr.emplace_back("mfa");
  return amr;
}

Instant proven_at(const Proofs& proofs) {
  const auto oldest = std::ranges::min_element(proofs, {}, &Proof::at);
  return oldest == proofs.end() ? Instant{} : oldest->at;
}

Proofs fresh_proofs(const Proofs& proofs, std::optional<Duration> max_age, Instant now) {
  if (!max_age) return proofs;
  Proofs fresh;
  std::ranges::copy_if(proofs, std::back_inserter(fresh),
                       [&](const Proof& proof) { return proof.at + *max_age >= now; });
  return fresh;
}

void Requirement::add(const LevelConfig& level) {
  categories = std::max(categories, level.categories);
  phishing_resistant = phishing_resistant || level.phishing_resistant;
  hardware = hardware || level.hardware;
}

bool Requirement::is_met_by(const Proofs& proofs) const {
  const auto has_kind = [&](const std::string& kind) {
    return std::ranges::find(proofs, kind, &Proof::factor) != proofs.end();
  };
  return count_categories(proofs) >= categories &&
         (!phishing_resistant || std::ranges::any_of(proofs, &Proof::phishing_resistant)) &&
         (!hardware || std::ranges::any_of(proofs, &Proof::hardware)) && std::ranges::all_of(factors, has_kind);
}

std::string reached_acr(std::span<const LevelConfig> levels, const Proofs& proofs) {
  std::string reached;
  for (const LevelConfig& level : levels) {
    Requirement demand;
    demand.add(level);
    if (!demand.is_met_by(proofs)) break;
    reached = level.acr;
  }
  return reached;
}

const LevelConfig* find_level(std::span<const LevelConfig> levels, std::string_view acr) {
  const auto found = std::ranges::find(levels, acr, &LevelConfig::acr);
  return found == levels.end() ? nullptr : &*found;
}

std::string_view assurance_of(std::span<const LevelConfig> levels, std::string_view acr) {
  const LevelConfig* level = find_level(levels, acr);
  return level == nullptr ? std::string_view() : level->assurance;
}

}  // namespace signet::server::authn
