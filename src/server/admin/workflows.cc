#include "server/admin/workflows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "server/authn/context_facts.h"
#include "server/authn/factors/factor.h"
#include "server/authn/policy_documents.h"
#include "server/authn/steps/held.h"
#include "server/authn/workflows.h"

namespace signet::server::admin {
namespace {

using store::DocumentKey;
using store::DocumentKind;
using store::WorkflowDocumentRecord;

constexpr std::size_t kPage = 500;
constexpr PublicText kSomebodyElse = "Another operator has changed it in the meantime.";

template <class Exists>
Result<void> check_names(const std::vector<std::string>& names, PublicText refusal, Exists exists) {
  const auto unknown = std::ranges::find_if_not(names, exists);
  if (unknown == names.end()) return {};
  return fail(ErrorCode::InvalidRequest, refusal, *unknown);
}

/// The same for words of which there are few: the detail says which.
Result<void> check_words(const std::vector<std::string>& words, const std::vector<std::string>& known,
                         PublicText refusal) {
  auto checked = check_names(words, refusal, [&](const auto& word) { return contains(known, word); });
  if (!checked && !known.empty()) checked.error().detail += " is not one of " + join(known, ", ");
  return checked;
}

std::vector<std::string> factor_kinds() {
  std::vector<std::string> kinds;
  for (const authn::Factor* factor : authn::factors()) kinds.emplace_back(factor->kind);
  return kinds;
}

Result<std::string> check_policy(const IssuerConfig& issuer, const json::object& document) {
  TRY_ASSIGN(const auto policy, workflow::Policy::parse(document));
  if (policy.name() != authn::kPolicyName)
    return fail(ErrorCode::InvalidRequest, "The policy of an issuer is called login.", policy.name());
  TRY(check_names(policy.fact_names(), "The policy mentions a fact that no login has.",
                  [](const std::string& name) { return authn::find_context_fact(name) != nullptr; }));
  TRY(policy.check_forms(authn::find_fact_form));
  const auto strictest = policy.strictest();
  TRY(check_words(strictest.acr, issuer.acr_values, "A rule asks for a level that the issuer does not have."));
  TRY(check_words(strictest.factors, factor_kinds(), "A rule asks for a factor that there is not."));
  TRY(check_names(strictest.steps,
                  "step can only be notice: factors, consent and waiting have outcomes of their own (factor, consent, "
                  "hold).",
                  [](const std::string& name) { return name == authn::notice_step().name; }));
  return policy.name();
}

Result<std::string> check_workflow(const json::object& document) {
  TRY_ASSIGN(const auto definition, authn::parse_workflow(document));
  return definition.name;
}

/// Rules or edges under the names that a report gives them.
using Parts = std::vector<std::pair<std::string, json::value>>;

std::string edge_name(const json::object& edge) {
  return fmt::format("{} --{}--> {}", peek_string(edge, "from"), peek_string(edge, "on"), peek_string(edge, "to"));
}

Parts parts_of(const CheckedDocument& checked) {
  const bool is_policy = checked.kind == DocumentKind::Policy;
  const json::value* const list = checked.document.if_contains(is_policy ? "rules" : "edges");
  Parts parts;
  if (const auto* const observed = checked.document.if_contains("observe"))
    parts.emplace_back("observed facts", *observed);
  if (list == nullptr) return parts;
  for (const json::value& item : list->as_array()) {
    const json::object& part = item.as_object();
    parts.emplace_back(is_policy ? std::string(peek_string(part, "name")) : edge_name(part), item);
  }
  return parts;
}

const json::value* find_part(const Parts& parts, const std::string& name) {
  const auto found = std::ranges::find(parts, name, &Parts::value_type::first);
  return found == parts.end() ? nullptr : &found->second;
}

Differences compare(const Parts& before, const Parts& after) {
  Differences differences;
  for (const auto& [name, part] : after) {
    const json::value* const old = find_part(before, name);
    if (old == nullptr) {
      differences.added.push_back(name);
    } else if (*old != part) {
      differences.changed.push_back(name);
    }
  }
  for (const auto& [name, part] : before) {
    if (find_part(after, name) == nullptr) differences.removed.push_back(name);
  }
  return differences;
}

/// A version as a document; 0 is what comes with the program, an empty document where this release has it no more.
Task<Result<CheckedDocument>> load_version(const Tools& tools, DocumentKey key, std::int64_t version) {
  CheckedDocument found{.kind = key.kind, .name = key.name, .document = {}};
  if (version == 0) {
    found.document = authn::find_built_in_document(key.kind, key.name).value_or(json::object());
    co_return found;
  }
  CO_TRY_ASSIGN(const auto record, co_await tools.store.workflow_documents.find(std::move(key), version));
  if (!record) co_return fail(ErrorCode::NotFound, "There is no such version.", std::to_string(version));
  CO_TRY_ASSIGN(found.document, parse_json_object(record->document, authn::kDocumentLimits));
  co_return found;
}

Task<Result<void>> write_change(const Tools& tools, const Actor& actor, sql::Batch batch, AuditName event,
                                const VersionChange& change) {
  actor.record(AuditEvent(event, "done")
                   .text("name", change.key.name)
                   .number("version", change.version)
                   .number("before", change.before)
                   .text("added", join(change.differences.added, ", "))
                   .text("removed", join(change.differences.removed, ", "))
                   .text("changed", join(change.differences.changed, ", ")),
               batch, change.key.issuer, tools.clock.now());
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard) co_return fail(ErrorCode::Conflict, kSomebodyElse, change.key.name);
  co_return Result<void>{};
}

/// Without the names of the rules: two decisions are the same when they ask for the same.
json::object wishes_of(json::object decision) {
  decision.erase("rules");
  return decision;
}

/// What the policies of a time looked at, by their versions.
class Lookers {
 public:
  Lookers(const Tools& tools, const IssuerConfig& issuer)
      : tools_(tools),
        key_{.issuer = issuer.id, .kind = DocumentKind::Policy, .name = std::string(authn::kPolicyName)} {}

  /// A version that cannot be read any more has looked at nothing. Fails: Unavailable
  Task<Result<const std::set<authn::FactSource>*>> load(std::int64_t version) {
    if (const auto known = sources_.find(version); known != sources_.end()) co_return &known->second;
    const auto found = co_await load_version(tools_, key_, version);
    if (!found && found.error().cause() == Cause::Unavailable) co_return std::unexpected(found.error());
    auto& sources = sources_[version];
    if (!found) co_return &sources;
    if (const auto policy = workflow::Policy::parse(found->document)) sources = authn::sources_of(policy->fact_names());
    co_return &sources;
  }

 private:
  const Tools& tools_;
  DocumentKey key_;
  std::map<std::int64_t, std::set<authn::FactSource>> sources_;
};

/// The facts of `names` that nobody looked for when this context was recorded.
std::vector<std::string> facts_not_looked_for(const std::vector<std::string>& names,
                                              const std::set<authn::FactSource>& looked_at,
                                              const json::object& context) {
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    const authn::FactSource source = authn::find_context_fact(name)->source;
    const bool was_looked_for = source == authn::FactSource::Login || looked_at.contains(source);
    if (!was_looked_for && !context.contains(name)) missing.push_back(name);
  }
  return missing;
}

/// `names`: the facts of the policy.
Result<void> try_policy(const workflow::Policy& policy, const std::vector<std::string>& names,
                        const store::DecisionContextRecord& record, const std::set<authn::FactSource>& looked_at,
                        Simulation& simulation) {
  TRY_ASSIGN(const auto context, parse_json_object(record.context));
  TRY_ASSIGN(auto before, parse_json_object(record.decision));
  const auto missing = facts_not_looked_for(names, looked_at, context);
  if (!missing.empty()) {
    ++simulation.untried;
    simulation.missing_facts.insert(missing.begin(), missing.end());
    return {};
  }
  auto after = workflow::to_json(policy.decide(context));
  if (wishes_of(before) == wishes_of(after)) {
    ++simulation.same;
    return {};
  }
  simulation.changed.push_back({.context_id = record.context_id,
                                .account_id = record.account_id,
                                .recorded_at = record.recorded_at,
                                .before = std::move(before),
                                .after = std::move(after)});
  return {};
}

}  // namespace

Result<CheckedDocument> check_document(const IssuerConfig& issuer, json::object document) {
  const bool is_policy = document.contains("policy");
  if (is_policy == document.contains("workflow"))
    return fail(ErrorCode::InvalidRequest, "A document has one of the members workflow and policy, which names it.");
  TRY_ASSIGN(auto name, is_policy ? check_policy(issuer, document) : check_workflow(document));
  return CheckedDocument{.kind = is_policy ? DocumentKind::Policy : DocumentKind::Workflow,
                         .name = std::move(name),
                         .document = std::move(document)};
}

Task<Result<VersionChange>> apply_document(const Tools& tools, const Actor& actor, const IssuerConfig& issuer,
                                           json::object document) {
  CO_TRY_ASSIGN(const auto checked, check_document(issuer, std::move(document)));
  VersionChange change{.key = {.issuer = issuer.id, .kind = checked.kind, .name = checked.name}};
  CO_TRY_ASSIGN(const auto state, co_await tools.store.workflow_documents.find_state(change.key));
  change.before = change.version = state.active;
  CO_TRY_ASSIGN(const auto active, co_await load_version(tools, change.key, state.active));
  if (active.document == checked.document) co_return change;
  change.version = state.latest + 1;
  change.differences = compare(parts_of(active), parts_of(checked));
  sql::Batch batch;
  store::WorkflowDocuments::add_apply(batch,
                                      {.key = change.key,
                                       .version = change.version,
                                       .document = render_json(checked.document),
                                       .actor = actor.name,
                                       .created_at = tools.clock.now()},
                                      state.active);
  const bool is_policy = checked.kind == DocumentKind::Policy;
  const AuditName applied = is_policy ? AuditName("policy.applied") : AuditName("workflow.applied");
  CO_TRY(co_await write_change(tools, actor, std::move(batch), applied, change));
  co_return change;
}

Task<Result<VersionChange>> roll_back_document(const Tools& tools, const Actor& actor, const IssuerConfig& issuer,
                                               DocumentKey key, std::optional<std::int64_t> version) {
  CO_TRY_ASSIGN(const auto state, co_await tools.store.workflow_documents.find_state(key));
  const std::int64_t wanted = version.value_or(state.active - 1);
  if (wanted < 0) co_return fail(ErrorCode::NotFound, "There is no version before the one that is in force.");
  if (wanted == state.active) co_return fail(ErrorCode::Conflict, "This version is in force already.");
  CO_TRY_ASSIGN(const auto before, co_await load_version(tools, key, state.active));
  CO_TRY_ASSIGN(const auto after, co_await load_version(tools, key, wanted));
  // What was right when it was applied may not fit today's program and settings.
  if (wanted != 0) CO_TRY(check_document(issuer, after.document));
  VersionChange change{.key = std::move(key),
                       .before = state.active,
                       .version = wanted,
                       .differences = compare(parts_of(before), parts_of(after))};
  sql::Batch batch;
  store::WorkflowDocuments::add_activate(batch, change.key, wanted, state.active);
  const bool is_policy = change.key.kind == DocumentKind::Policy;
  const AuditName rolled_back = is_policy ? AuditName("policy.rolled_back") : AuditName("workflow.rolled_back");
  CO_TRY(co_await write_change(tools, actor, std::move(batch), rolled_back, change));
  co_return change;
}

Task<Result<DocumentKey>> find_document(const Tools& tools, std::string issuer_id, std::string name,
                                        std::optional<DocumentKind> kind) {
  std::vector<DocumentKey> found;
  std::vector<DocumentKey> built_in;
  for (const DocumentKind candidate : {DocumentKind::Workflow, DocumentKind::Policy}) {
    if (kind.value_or(candidate) != candidate) continue;
    DocumentKey key{.issuer = issuer_id, .kind = candidate, .name = name};
    CO_TRY_ASSIGN(const auto state, co_await tools.store.workflow_documents.find_state(key));
    if (state.latest > 0) {
      found.push_back(std::move(key));
    } else if (authn::find_built_in_document(candidate, name)) {
      built_in.push_back(std::move(key));
    }
  }
  if (found.empty()) found = std::move(built_in);
  if (found.empty()) co_return fail(ErrorCode::NotFound, "There is no workflow or policy of this name.", name);
  if (found.size() > 1) {
    co_return fail(ErrorCode::Conflict, "A workflow and a policy have this name.",
                   "say which: --kind workflow or --kind policy");
  }
  co_return found.front();
}

Task<Result<json::object>> load_document(const Tools& tools, DocumentKey key, std::optional<std::int64_t> version) {
  CO_TRY_ASSIGN(const auto state, co_await tools.store.workflow_documents.find_state(key));
  CO_TRY_ASSIGN(auto found, co_await load_version(tools, std::move(key), version.value_or(state.active)));
  co_return std::move(found.document);
}

Task<Result<Simulation>> simulate_policy(const Tools& tools, const IssuerConfig& issuer, json::object document,
                                         std::size_t last) {
  CO_TRY_ASSIGN(const auto checked, check_document(issuer, std::move(document)));
  if (checked.kind != DocumentKind::Policy)
    co_return fail(ErrorCode::InvalidRequest, "Only a policy can be tried on recorded contexts.");
  CO_TRY_ASSIGN(const auto policy, workflow::Policy::parse(checked.document));
  const std::vector<std::string> names = policy.fact_names();
  Simulation simulation;
  Lookers lookers(tools, issuer);
  std::string before;
  while (last > 0) {
    const std::size_t limit = std::min(last, kPage);
    CO_TRY_ASSIGN(const auto page, co_await tools.store.decision_contexts.list_newest(issuer.id, before, limit));
    for (const auto& record : page) {
      CO_TRY_ASSIGN(const auto* looked_at, co_await lookers.load(record.policy_version));
      CO_TRY(try_policy(policy, names, record, *looked_at, simulation));
    }
    if (page.size() < limit) break;
    before = page.back().context_id;
    last -= limit;
  }
  co_return simulation;
}

json::object Simulation::to_json() const {
  json::array changes;
  for (const Change& change : changed) {
    changes.push_back({{"context_id", change.context_id},
                       {"account_id", change.account_id},
                       {"recorded_at", to_unix_seconds(change.recorded_at)},
                       {"before", change.before},
                       {"after", change.after}});
  }
  return {{"contexts", contexts()},
          {"same", same},
          {"changed", std::move(changes)},
          {"untried", untried},
          {"missing_facts", json::array(missing_facts.begin(), missing_facts.end())}};
}

std::string describe_decision(const json::object& decision) {
  std::vector<std::string> words;
  for (const auto& [name, value] : decision) {
    if (name == "rules") continue;
    std::string word = name;
    if (const auto* const text = value.if_string()) {
      word += " " + std::string(*text);
    } else if (!value.is_bool()) {
      word += " " + render_json(value);
    }
    words.push_back(std::move(word));
  }
  return words.empty() ? "nothing" : join(words, ", ");
}

}  // namespace signet::server::admin
