#include "server/authn/steps/consent.h"

#include "base/text.h"
#include "oauth/rar_rfc9396.h"
#include "server/authn/approval.h"
#include "server/authn/facts.h"
#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

using workflow::Facts;
using workflow::Group;

constexpr std::string_view kOtherAccount = "other_account";

void add_group(const Facts& facts, workflow::Representation& page, std::string name, Text title,
               std::vector<Group::Item> items) {
  if (items.empty()) return;
  page.groups.push_back({.name = std::move(name), .title = text(facts, title), .items = std::move(items)});
}

std::vector<Group::Item> permissions(const Facts& facts) {
  std::vector<Group::Item> items;
  for (const auto& scope : fact::list(facts, fact::kScope)) items.push_back(describe_scope(facts, scope));
  return items;
}

std::vector<Group::Item> data(const Facts& facts) {
  std::vector<Group::Item> items;
  for (const auto& claim : fact::list(facts, fact::kClaims)) items.push_back({.title = describe_claim(facts, claim)});
  return items;
}

std::vector<Group::Item> resources(const Facts& facts) {
  std::vector<Group::Item> items;
  for (const auto& resource : fact::list(facts, fact::kResource)) items.push_back({.title = resource});
  return items;
}

Text title_of(std::string_view action) {
  if (action == "read_balances") return Text::DetailReadBalances;
  if (action == "read_transactions") return Text::DetailReadTransactions;
  return Text::DetailListAccounts;
}

/// What the request says in detail about accounts; a payment has a page of its own.
std::vector<Group::Item> details(const Facts& facts) {
  std::vector<Group::Item> items;
  for (const auto& lasting : oauth::lasting_details(details_in(facts))) {
    const auto detail = parse_json_object(lasting);
    if (!detail) continue;
    std::vector<std::string> notes;
    if (const auto types = fact::list(*detail, "datatypes"); !types.empty())
      notes.push_back(text(facts, Text::DetailDatatypes, {join(types, ", ")}));
    if (const auto places = fact::list(*detail, "locations"); !places.empty())
      notes.push_back(text(facts, Text::DetailLocations, {join(places, ", ")}));
    for (const auto& action : fact::list(*detail, "actions"))
      items.push_back({.title = text(facts, title_of(action)), .text = join(notes, " · ")});
  }
  return items;
}

Group::Item duration(const Facts& facts) {
  const bool stays = fact::is_set(facts, fact::kLasting);
  const std::string length = describe_duration(facts, Duration{fact::integer(facts, fact::kDuration)});
  return {.title = text(facts, stays ? Text::ConsentWhileValid : Text::ConsentEachTime, {length})};
}

workflow::Representation show(const Facts& facts) {
  const std::string client = fact::text(facts, fact::kClientName);
  workflow::Representation page{
      .type = "user-consent-step",
      .title = text(facts, Text::ConsentTitle, {client}),
      .text = text(facts, Text::ConsentFor, {client}),
      .party = workflow::Party{client, fact::text(facts, fact::kClientHost)},
      .account = text(facts, Text::ConsentSignedInAs, {fact::text(facts, fact::kAccountName)})};
  page.messages.push_back({workflow::MessageKind::Info, text(facts, Text::ConsentNote, {client})});
  add_group(facts, page, "permissions", Text::ConsentPermissions, permissions(facts));
  add_group(facts, page, "data", Text::ConsentData, data(facts));
  add_group(facts, page, "details", Text::ConsentDetails, details(facts));
  add_group(facts, page, "resources", Text::ConsentResources, resources(facts));
  add_group(facts, page, "duration", Text::ConsentDuration, {duration(facts)});
  page.actions.push_back({.name = "allow", .title = text(facts, Text::AllowAction), .main = true});
  page.actions.push_back({.name = "deny", .title = text(facts, Text::DenyAction)});
  // OIDC-3.1.2.1: where the client asked for this person, no other can be answered for.
  if (!facts.contains(fact::kOnlySubject)) {
    page.actions.push_back({.name = std::string(kOtherAccount), .title = text(facts, Text::OtherAccountAction)});
  }
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const workflow::Submission& submission) {
  if (submission.action == kOtherAccount) {
    return {.event = std::string(kOtherAccount), .facts = fact::without_user(facts)};
  }
  if (submission.action == "deny") return {.event = "deny"};
  return {.event = "allow",
          .effect = workflow::Effect{.name = "record_consent", .needs_answer = false},
          .facts = {{fact::kConsented, true}}};
}

}  // namespace

const workflow::Step& consent_step() {
  static const workflow::Step step{
      .name = "consent", .show = show, .on_submit = on_submit, .events = {"allow", "deny", kOtherAccount}};
  return step;
}

}  // namespace signet::server::authn
