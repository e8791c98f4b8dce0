#pragma once
// Workflows and policies as an operator sees them: a document is checked, applied as a new version, tried on what
// logins looked like lately, and taken back.

#include <set>
#include <string>
#include <vector>

#include "server/admin/actor.h"
#include "server/config.h"
#include "workflow/policy.h"

namespace signet::server::admin {

/// A document that may be applied: it says itself what it is and how it is called.
struct CheckedDocument {
  store::DocumentKind kind = store::DocumentKind::Policy;
  std::string name;
  json::object document;
};

/// All rules over one document: those of its kind, and that what it mentions exists in this program and this issuer.
/// Fails: Malformed, InvalidRequest (a fact, level, factor, step or workflow that there is not)
[[nodiscard]] Result<CheckedDocument> check_document(const IssuerConfig& issuer, json::object document);

/// Names of rules, or edges in words.
struct Differences {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;
};

struct VersionChange {
  store::DocumentKey key;
  std::int64_t before = 0;  ///< 0: what comes with the program
  std::int64_t version = 0;
  Differences differences = {};
};

/// Puts a document in force as a new version. A document that is in force already makes no version: `version` is
/// `before` then. Fails: as check_document, Conflict (another operator was first), Unavailable
[[nodiscard]] Task<Result<VersionChange>> apply_document(const Tools& tools, const Actor& actor,
                                                         const IssuerConfig& issuer, json::object document);

/// Puts another version in force, without `version` the one before; 0 is what comes with the program. Fails: NotFound,
/// Conflict (another operator was first, or it is in force already), InvalidRequest (it does not fit this program or
/// issuer any more), Unavailable
[[nodiscard]] Task<Result<VersionChange>> roll_back_document(const Tools& tools, const Actor& actor,
                                                             const IssuerConfig& issuer, store::DocumentKey key,
                                                             std::optional<std::int64_t> version);

/// What is meant by a name, of which a workflow and a policy may exist: of those that were applied, or else of those
/// that come with the program. Fails: NotFound, Conflict (both exist and `kind` does not say which), Unavailable
[[nodiscard]] Task<Result<store::DocumentKey>> find_document(const Tools& tools, std::string issuer_id,
                                                             std::string name, std::optional<store::DocumentKind> kind);

/// A version of a document, without `version` the one in force; 0 is what comes with the program. Fails: NotFound,
/// Malformed (unreadable), Unavailable
[[nodiscard]] Task<Result<json::object>> load_document(const Tools& tools, store::DocumentKey key,
                                                       std::optional<std::int64_t> version);

/// A policy tried on recorded contexts.
struct Simulation {
  struct Change {
    std::string context_id;
    std::string account_id;
    Instant recorded_at{};
    json::object before;  ///< the decision of then
    json::object after;
  };
  std::size_t same = 0;  ///< decisions that ask for the same
  std::vector<Change> changed;
  /// Left out: the policy of their time did not look at what this one does.
  std::size_t untried = 0;
  std::set<std::string, std::less<>> missing_facts;  ///< what it did not look at

  [[nodiscard]] std::size_t contexts() const { return same + changed.size() + untried; }
  [[nodiscard]] json::object to_json() const;
};

/// Tries a policy on the `last` recorded contexts of an issuer. Changes nothing. Fails: as check_document,
/// InvalidRequest (a workflow), Unavailable, Bug (unreadable)
[[nodiscard]] Task<Result<Simulation>> simulate_policy(const Tools& tools, const IssuerConfig& issuer,
                                                       json::object document, std::size_t last);

/// A decision in words: "categories 2, max_age 300"; "nothing" when it asks for nothing.
[[nodiscard]] std::string describe_decision(const json::object& decision);

}  // namespace signet::server::admin
