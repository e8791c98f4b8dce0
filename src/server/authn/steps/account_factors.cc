// What an account proves itself with: how each was named and used, new ones, and the way to remove one.
#include "server/authn/factors/enrolment.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/removal.h"
#include "server/authn/steps/account_page.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;

constexpr std::string_view kList = "list_factors";
constexpr std::string_view kFactorId = "factor_id";

std::string title_of(const Facts& facts, const json::object& entry) {
  const std::string kind = fact::text(entry, "kind");
  const Factor* factor = find_factor(kind);
  const std::string title = factor == nullptr ? kind : text(facts, title_of_set(*factor));
  const std::string name = fact::text(entry, "name");
  return name.empty() ? title : text(facts, Text::FactorWithName, {title, name});
}

std::string times_of(const Facts& facts, const json::object& entry) {
  const auto at = [&](std::string_view name) { return describe_time(from_unix_millis(fact::integer(entry, name))); };
  if (!entry.contains("added_at")) return {};
  if (!entry.contains("last_used_at")) return text(facts, Text::FactorNeverUsed, {at("added_at")});
  return text(facts, Text::FactorTimes, {at("added_at"), at("last_used_at")});
}

workflow::Action rename_action(const Facts& facts, const json::object& entry) {
  workflow::Action action =
      make_entry_action("rename", text(facts, Text::RenameAction), kFactorId, fact::text(entry, kFactorId));
  action.fields.push_back(make_name_field(facts));
  action.fields.back().value = fact::text(entry, "name");
  return action;
}

workflow::Representation show(const Facts& facts) {
  workflow::Representation page = make_account_page(facts, Text::AccountFactorsTitle, Text::AccountFactorsText);
  workflow::Group group{.name = "factors", .title = text(facts, Text::AccountFactors)};
  for (const json::value& value : listed(facts, "factors")) {
    const json::object& entry = value.get_object();
    workflow::Group::Item item{.title = title_of(facts, entry), .text = times_of(facts, entry)};
    if (const std::string id = fact::text(entry, kFactorId); id.empty()) {
      item.actions.push_back({.name = "change_password", .title = text(facts, Text::ChangePasswordAction)});
    } else {
      item.actions.push_back(rename_action(facts, entry));
      item.actions.push_back(make_entry_action("remove", text(facts, Text::RemoveAction), kFactorId, id));
    }
    group.items.push_back(std::move(item));
  }
  page.groups.push_back(std::move(group));
  if (!listed(facts, "enrolments").empty()) {
    page.actions.push_back({.name = "add", .title = text(facts, Text::AddFactorAction), .main = true});
  }
  page.actions.push_back({.name = "back", .title = text(facts, Text::BackAction)});
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == "back") return {.event = "back"};
  if (submission.action == "change_password") return {.event = "change_password", .facts = {{fact::kReturns, true}}};
  if (submission.action == "add")
    return {.event = "add", .facts = {{fact::kEnrolments, listed(facts, "enrolments")}, {fact::kReturns, true}}};
  const std::string_view id = submission.field(kFactorId);
  if (!has_entry(listed(facts, "factors"), kFactorId, id)) return {.problem = make_gone_problem(facts)};
  if (submission.action == "remove") return {.event = "remove", .facts = {{fact::kChosenFactor, id}}};
  const std::string_view name = submission.field("name");
  if (!name.empty() && find_typed_name(name).empty())
    return {.problem = workflow::Problem{.type = "invalid_input", .text = text(facts, Text::FactorNameRule)}};
  return {.effect = workflow::Effect{.name = "rename_factor", .arguments = {{kFactorId, id}, {"name", name}}}};
}

json::object to_json(const store::FactorRecord& row) {
  json::object entry{
      {kFactorId, row.factor_id}, {"kind", row.kind}, {"name", row.name}, {"added_at", to_unix_millis(row.created_at)}};
  if (row.last_used_at) entry["last_used_at"] = to_unix_millis(*row.last_used_at);
  return entry;
}

json::array enrolments(const Exchange& exchange) {
  json::array kinds;
  for (const Factor* factor : factors()) {
    const bool is_configured = factor->is_configured == nullptr || factor->is_configured(exchange);
    if (factor->can_be_enrolled && is_configured) kinds.emplace_back(factor->kind);
  }
  return kinds;
}

struct Means {
  std::optional<store::AccountRecord> account;
  std::vector<store::FactorRecord> rows;
};

Task<Result<Means>> load_means(StepWork& work) {
  Means means;
  CO_TRY_ASSIGN(const std::string account_id, load_visitor(work));
  CO_TRY_ASSIGN(means.account, co_await work.load_account(account_id));
  CO_TRY_ASSIGN(means.rows, co_await work.load_factors());
  co_return means;
}

Task<Result<EffectAnswer>> list(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const Means means, co_await load_means(work));
  json::array entries;
  if (means.account && !means.account->password_hash.empty()) entries.push_back(json::object{{"kind", "password"}});
  for (auto row = means.rows.rbegin(); row != means.rows.rend() && entries.size() < kMostEntries; ++row) {
    entries.push_back(to_json(*row));
  }
  co_return list_answer({{"factors", std::move(entries)}, {"enrolments", enrolments(work.exchange)}});
}

// The page that asks again before a factor is removed. ---------------------------------------------------------------

constexpr std::string_view kListRemoval = "list_removal";

workflow::Representation show_removal(const Facts& facts) {
  workflow::Representation page = make_account_page(facts, Text::ConfirmRemovalTitle, Text::ConfirmRemovalText);
  workflow::Group group{
      .name = "factors", .title = text(facts, Text::AccountFactors), .empty = text(facts, Text::AccountEntryGone)};
  bool can_be_removed = false;
  for (const json::value& value : listed(facts, "factors")) {
    const json::object& entry = value.get_object();
    group.items.push_back({.title = title_of(facts, entry), .text = times_of(facts, entry)});
    can_be_removed = fact::is_set(entry, "leaves_way_in");
    if (!can_be_removed) {
      page.messages.push_back({workflow::MessageKind::Warning, text(facts, Text::LastWayIn)});
    } else if (!fact::is_set(entry, "leaves_second_factor")) {
      page.messages.push_back({workflow::MessageKind::Warning, text(facts, Text::LastSecondFactor)});
    }
  }
  page.groups.push_back(std::move(group));
  if (can_be_removed)
    page.actions.push_back({.name = "remove", .title = text(facts, Text::RemoveAction), .dangerous = true});
  page.actions.push_back({.name = "keep", .title = text(facts, Text::KeepAction)});
  return page;
}

workflow::Reaction submit_removal(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == "keep") return {.event = "keep", .facts = {{fact::kChosenFactor, nullptr}}};
  return {.effect = workflow::Effect{.name = "remove_factor",
                                     .arguments = {{kFactorId, fact::text(facts, fact::kChosenFactor)}}}};
}

Task<Result<EffectAnswer>> list_removal(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const Means means, co_await load_means(work));
  const std::string factor_id = fact::text(work.facts, fact::kChosenFactor);
  const auto row = std::ranges::find(means.rows, factor_id, &store::FactorRecord::factor_id);
  if (!means.account || row == means.rows.end()) co_return list_answer({});
  const RemainingFactors remaining = find_remaining(*means.account, means.rows, factor_id);
  json::object entry = to_json(*row);
  entry["leaves_way_in"] = remaining.has_way_in;
  entry["leaves_second_factor"] = remaining.has_second_factor;
  co_return list_answer({{"factors", json::array{std::move(entry)}}});
}

}  // namespace

const AccountPage& account_factors_page() {
  static const AccountPage page{
      .steps = {{.name = "account_factors",
                 .show = show,
                 .on_submit = on_submit,
                 .events = {"back", "add", "change_password", "remove", "renamed"},
                 .on_show = [](const Facts&) { return workflow::Effect{.name = std::string(kList)}; }}},
      .effects = {{kList, list}}};
  return page;
}

const AccountPage& confirm_removal_page() {
  static const AccountPage page{
      .steps = {{.name = "confirm_removal",
                 .show = show_removal,
                 .on_submit = submit_removal,
                 .events = {"keep", "removed"},
                 .on_show = [](const Facts&) { return workflow::Effect{.name = std::string(kListRemoval)}; }}},
      .effects = {{kListRemoval, list_removal}}};
  return page;
}

}  // namespace signet::server::authn
