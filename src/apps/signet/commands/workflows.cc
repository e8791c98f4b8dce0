#include "server/admin/workflows.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "base/run_blocking.h"
#include "base/text.h"
#include "server/authn/policy_documents.h"

namespace signet::apps {
namespace {

constexpr std::string_view kName = "workflows";
constexpr std::size_t kHistory = 100;
constexpr std::uint64_t kMostContexts = 100'000;

Result<json::object> read_document(const Call& call) {
  TRY_ASSIGN(const auto text, read_input(call.word()));
  auto document = parse_json_object(text, server::authn::kDocumentLimits);
  if (!document)
    return fail_as(document.error(), ErrorCode::Malformed,
                   "The input must be one JSON object: a workflow or a policy.");
  return document;
}

/// The version of --version; nothing when none is given. Fails: InvalidRequest
Result<std::optional<std::int64_t>> read_version(const Arguments& arguments) {
  const auto text = arguments.find("version");
  if (!text) return std::optional<std::int64_t>();
  const auto number = parse_decimal(*text);
  if (!number || *number > std::numeric_limits<std::int32_t>::max())
    return fail(ErrorCode::InvalidRequest, "--version takes a number; 0 is what comes with the program.");
  return std::optional(static_cast<std::int64_t>(*number));
}

/// The document that the second word and --kind name.
Result<store::DocumentKey> find_key(const Call& call) {
  std::optional<store::DocumentKind> kind;
  if (const auto name = call.arguments.find("kind")) {
    if (*name != "workflow" && *name != "policy")
      return fail(ErrorCode::InvalidRequest, "--kind is workflow or policy.");
    kind = *name == "policy" ? store::DocumentKind::Policy : store::DocumentKind::Workflow;
  }
  return run_blocking(server::admin::find_document(call.session.tools(), call.issuer.id, call.word(), kind));
}

std::string version_text(std::int64_t version) {
  return version == 0 ? "the program's own" : "version " + std::to_string(version);
}

int print_change(const server::admin::VersionChange& change) {
  const std::string name = std::string(store::name_of(change.key.kind)) + " " + change.key.name;
  if (change.version == change.before) {
    print(name + ": " + version_text(change.version) + " says the same already\n");
    return kDone;
  }
  std::string text =
      name + ": " + version_text(change.version) + " is in force, in place of " + version_text(change.before) + "\n";
  for (const auto& part : change.differences.added) text += "  + " + part + "\n";
  for (const auto& part : change.differences.removed) text += "  - " + part + "\n";
  for (const auto& part : change.differences.changed) text += "  ~ " + part + "\n";
  print(text);
  return kDone;
}

int apply(const Call& call) {
  auto document = read_document(call);
  if (!document) return print_failure(kName, document.error());
  const auto change = run_blocking(
      server::admin::apply_document(call.session.tools(), call.session.actor(), call.issuer, std::move(*document)));
  return change ? print_change(*change) : print_failure(kName, change.error());
}

int roll_back(const Call& call) {
  const auto version = read_version(call.arguments);
  if (!version) return print_failure(kName, version.error());
  auto key = find_key(call);
  if (!key) return print_failure(kName, key.error());
  const auto change = run_blocking(server::admin::roll_back_document(call.session.tools(), call.session.actor(),
                                                                     call.issuer, std::move(*key), *version));
  return change ? print_change(*change) : print_failure(kName, change.error());
}

/// Without `active` all records are in force.
int print_records(const Call& call, const std::vector<store::WorkflowDocumentRecord>& records,
                  std::optional<std::int64_t> active) {
  json::array all;
  std::vector<std::vector<std::string>> rows = {{"KIND", "NAME", "VERSION", "APPLIED (UTC)", "BY", ""}};
  for (const auto& record : records) {
    const bool in_force = active.value_or(record.version) == record.version;
    const std::string kind(store::name_of(record.key.kind));
    all.push_back({{"kind", kind},
                   {"name", record.key.name},
                   {"version", record.version},
                   {"applied_at", to_unix_seconds(record.created_at)},
                   {"actor", record.actor},
                   {"in_force", in_force}});
    rows.push_back({kind, record.key.name, std::to_string(record.version),
                    render_time(to_unix_millis(record.created_at)), record.actor, in_force ? "in force" : ""});
  }
  print(call.arguments.has("json") ? render_pretty_json(all) : render_table(rows));
  return kDone;
}

int list(const Call& call) {
  const auto records = run_blocking(call.session.tools().store.workflow_documents.list(call.issuer.id));
  if (!records) return print_failure(kName, records.error());
  if (records->empty() && !call.arguments.has("json")) {
    print_message(
        "In force are the workflows and the policy that come with the program; `history` shows what was applied.");
    return kDone;
  }
  return print_records(call, *records, std::nullopt);
}

int history(const Call& call) {
  const auto key = find_key(call);
  if (!key) return print_failure(kName, key.error());
  const auto& documents = call.session.tools().store.workflow_documents;
  const auto state = run_blocking(documents.find_state(*key));
  if (!state) return print_failure(kName, state.error());
  const auto records = run_blocking(documents.history(*key, kHistory));
  if (!records) return print_failure(kName, records.error());
  const bool is_built_in = state->active == 0 && !call.arguments.has("json");
  if (is_built_in) print_message("In force is version 0, which comes with the program.");
  return print_records(call, *records, state->active);
}

int show(const Call& call) {
  const auto version = read_version(call.arguments);
  if (!version) return print_failure(kName, version.error());
  auto key = find_key(call);
  if (!key) return print_failure(kName, key.error());
  const auto document = run_blocking(server::admin::load_document(call.session.tools(), std::move(*key), *version));
  if (!document) return print_failure(kName, document.error());
  print(render_pretty_json(*document));
  return kDone;
}

/// Changes that are alike.
struct Group {
  std::string before;
  std::string after;
  std::size_t count = 0;
  Instant newest{};
};

/// The most frequent first.
std::vector<Group> group_changes(const server::admin::Simulation& simulation) {
  std::vector<Group> groups;
  for (const auto& change : simulation.changed) {
    auto before = server::admin::describe_decision(change.before);
    auto after = server::admin::describe_decision(change.after);
    auto group = std::ranges::find_if(
        groups, [&](const Group& known) { return known.before == before && known.after == after; });
    if (group == groups.end()) group = groups.insert(group, {.before = std::move(before), .after = std::move(after)});
    ++group->count;
    group->newest = std::max(group->newest, change.recorded_at);
  }
  std::ranges::sort(groups, std::greater{}, &Group::count);
  return groups;
}

std::string render_simulation(const server::admin::Simulation& simulation) {
  std::string text = fmt::format("{} recorded decisions: {} stay, {} change\n", simulation.contexts(), simulation.same,
                                 simulation.changed.size());
  if (simulation.untried > 0) {
    const std::vector<std::string> facts(simulation.missing_facts.begin(), simulation.missing_facts.end());
    text += fmt::format("{} are left out: the policy of their time did not look at {}.\n", simulation.untried,
                        join(facts, ", "));
    text += fmt::format("Apply one with \"observe\": {}, and try again when it has seen some logins.\n",
                        render_json(signet::to_json(facts)));
  }
  if (simulation.changed.empty()) return text;
  std::vector<std::vector<std::string>> rows = {{"COUNT", "NEWEST (UTC)", "ASKED FOR", "WOULD ASK FOR"}};
  for (const auto& group : group_changes(simulation)) {
    rows.push_back({std::to_string(group.count), render_time(to_unix_millis(group.newest)), group.before, group.after});
  }
  return text + render_table(rows);
}

int simulate(const Call& call) {
  const auto last = parse_decimal(call.arguments.get("last", "1000"));
  if (!last || *last == 0 || *last > kMostContexts)
    return print_usage_error(kName, "--last takes a number from 1 to 100000");
  auto document = read_document(call);
  if (!document) return print_failure(kName, document.error());
  const auto simulation =
      run_blocking(server::admin::simulate_policy(call.session.tools(), call.issuer, std::move(*document), *last));
  if (!simulation) return print_failure(kName, simulation.error());
  print(call.arguments.has("json") ? render_pretty_json(simulation->to_json()) : render_simulation(*simulation));
  return kDone;
}

constexpr Verb kVerbs[] = {{"apply", 2, apply}, {"simulate", 2, simulate}, {"list", 1, list},
                           {"show", 2, show},   {"history", 2, history},   {"rollback", 2, roll_back}};

}  // namespace

int workflows(Words words) {
  const auto arguments =
      parse_arguments(kName, words,
                      std::array{kConfigOption, kIssuerOption, Option{"kind", 0, true}, Option{"version", 0, true},
                                 Option{"last", 0, true}, Option{"json", 0, false}});
  if (!arguments) return kUsage;
  return run_verb(kName, kVerbs, *arguments,
                  "say apply or simulate with a FILE, list, or show, history, rollback with a NAME");
}

}  // namespace signet::apps
