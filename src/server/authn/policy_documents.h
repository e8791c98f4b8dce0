#pragma once
// The policy and the workflows that are in force, for every login.
//
// Which versions are in force is read from the store for each login, so that a change counts at the next request of
// every node. What is kept is the parsed documents: a version never changes, so it is parsed once in a process.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/task.h"
#include "store/store.h"
#include "workflow/definition.h"
#include "workflow/policy.h"

namespace signet::server {
struct Exchange;
}

namespace signet::server::authn {

/// The one policy that an issuer has.
inline constexpr std::string_view kPolicyName = "login";
/// The one that comes with the program and holds until another is applied.
[[nodiscard]] std::string_view built_in_policy_document();
/// Of a document, on its way in and from the store.
inline constexpr JsonLimits kDocumentLimits{.bytes = 256 * 1024, .depth = 40};

using PolicyPointer = std::shared_ptr<const workflow::Policy>;
using DefinitionPointer = std::shared_ptr<const workflow::Definition>;

/// What counts for one issuer at one moment.
struct InForce {
  PolicyPointer policy;             ///< never null: without a stored one that of the program
  std::int64_t policy_version = 0;  ///< 0: that of the program
  std::int64_t threat_level = 0;
  std::vector<store::WorkflowDocuments::ActiveVersion> versions;

  /// 0: the workflow that came with the program.
  [[nodiscard]] std::int64_t workflow_version(std::string_view name) const;
};

/// Thread: any
class PolicyDocuments {
 public:
  /// Reads a stored workflow as strictly as it was read when it was applied. Fails: any
  using ParseWorkflow = Result<workflow::Definition> (*)(const json::object& document);

  /// `store` outlives it.
  PolicyDocuments(const store::Store& store, ParseWorkflow parse_workflow)
      : store_(store), parse_workflow_(parse_workflow) {}

  /// One read, and another when a policy is new. Fails: Unavailable, Bug (a stored policy that this release cannot
  /// read: nobody logs in without the policy that was meant)
  [[nodiscard]] Task<Result<InForce>> load(std::string issuer_id, Instant now);
  /// One version of a workflow, whether it is in force or not: a login goes on as it began. Fails: Unavailable, Bug
  /// (unknown, or not what this release accepts)
  [[nodiscard]] Task<Result<DefinitionPointer>> load_workflow(std::string issuer_id, std::string name,
                                                              std::int64_t version);

 private:
  using Version = std::pair<store::DocumentKey, std::int64_t>;

  Task<Result<PolicyPointer>> load_policy(std::string issuer_id, std::int64_t version);
  Task<Result<json::object>> load_document(Version version) const;

  const store::Store& store_;
  ParseWorkflow parse_workflow_;
  std::mutex mutex_;  ///< held for a look-up in a map, never across an await
  std::map<Version, PolicyPointer> policies_;
  std::map<Version, DefinitionPointer> definitions_;
};

/// What counts for this request, read once for all of it. Fails: as PolicyDocuments::load
[[nodiscard]] Task<Result<const InForce*>> load_in_force(Exchange& exchange);

}  // namespace signet::server::authn
