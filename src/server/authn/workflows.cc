#include "server/authn/workflows.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "server/authn/account_visit.h"
#include "server/authn/decide.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/removal.h"
#include "server/authn/finish.h"
#include "server/authn/pages/pages.h"
#include "server/authn/policy_documents.h"
#include "server/authn/steps/account_page.h"
#include "server/authn/steps/approve.h"
#include "server/authn/steps/choose_factor.h"
#include "server/authn/steps/consent.h"
#include "server/authn/steps/ends.h"
#include "server/authn/steps/held.h"
#include "server/authn/steps/new_password.h"
#include "server/authn/steps/password_and_code.h"
#include "server/authn/steps/recover.h"

namespace signet::server::authn {
namespace {

template <class T>
using ByName = std::map<std::string_view, const T*>;

const ByName<workflow::Step>& steps() {
  static const auto kSteps = [] {
    ByName<workflow::Step> found;
    for (const workflow::Step* step :
         {&decide_step(), &choose_factor_step(), &choose_enrolment_step(), &consent_step(), &held_step(),
          &notice_step(), &new_password_step(), &approve_step(), &password_and_code_step()})
      found.emplace(step->name, step);
    for (const workflow::Step& step : end_steps()) found.emplace(step.name, &step);
    for (const workflow::Step& step : recover_steps()) found.emplace(step.name, &step);
    for (const Factor* factor : factors()) {
      for (const workflow::Step& step : factor->steps) found.emplace(step.name, &step);
    }
    for (const AccountPage* page : account_pages()) {
      for (const workflow::Step& step : page->steps) found.emplace(step.name, &step);
    }
    return found;
  }();
  return kSteps;
}

const ByName<EffectHandler>& effects() {
  static const auto kEffects = [] {
    ByName<EffectHandler> found;
    for (const EffectHandler* effect :
         {&decide_effect(), &finish_effect(), &refuse_effect(), &record_consent_effect(), &remove_factor_effect(),
          &rename_factor_effect(), &approve_with_passkey_effect(), &check_password_and_code_effect()})
      found.emplace(effect->name, effect);
    for (const EffectHandler& effect : recover_effects()) found.emplace(effect.name, &effect);
    for (const EffectHandler& effect : new_password_effects()) found.emplace(effect.name, &effect);
    for (const Factor* factor : factors()) {
      for (const EffectHandler& effect : factor->effects) found.emplace(effect.name, &effect);
    }
    for (const AccountPage* page : account_pages()) {
      for (const EffectHandler& effect : page->effects) found.emplace(effect.name, &effect);
    }
    return found;
  }();
  return kEffects;
}

template <class T>
const T* find(const ByName<T>& named, std::string_view name) {
  const auto found = named.find(name);
  return found == named.end() ? nullptr : found->second;
}

/// The documents that are compiled in were parsed by a test; one that does not parse here is none.
std::map<std::string, DefinitionPointer, std::less<>> parse_built_in() {
  std::map<std::string, DefinitionPointer, std::less<>> parsed;
  for (const std::string_view text : workflow_documents()) {
    const auto document = parse_json_object(text);
    if (!document) continue;
    auto definition = workflow::parse_definition(*document, find_step);
    if (!definition) continue;
    std::string name = definition->name;
    parsed.emplace(std::move(name), std::make_shared<const workflow::Definition>(*std::move(definition)));
  }
  return parsed;
}

const auto& built_in() {
  static const auto kBuiltIn = parse_built_in();
  return kBuiltIn;
}

bool is_enrolment(std::string_view step) {
  if (step == choose_enrolment_step().name) return true;
  return std::ranges::any_of(factors(), [&](const Factor* factor) {
    return factor->can_be_enrolled && step == "enrol_" + std::string(factor->kind);
  });
}

bool is_account_page(std::string_view step) {
  return std::ranges::any_of(account_pages(), [&](const AccountPage* page) {
    return std::ranges::find(page->steps, step, &workflow::Step::name) != page->steps.end();
  });
}

/// Steps that prove nothing and change nothing: what was decided before them is so after them.
bool is_passive(std::string_view step) {
  return step == notice_step().name || step == held_step().name;
}

/// Does every way to `step` come from the decision's event `verdict`, through passive steps at most?
bool is_decided(const workflow::Definition& definition, std::string_view step, std::string_view verdict,
                std::size_t depth = 0) {
  if (!is_passive(step) || depth > 2) return false;  // two passive steps there are, so more is a circle
  return std::ranges::all_of(definition.edges, [&](const workflow::Edge& edge) {
    return edge.to != step || (edge.from == decide_step().name && edge.on == verdict) ||
           is_decided(definition, edge.from, verdict, depth + 1);
  });
}

/// What ends a login well, or asks the last questions, comes after a decision that says so: everything else would end
/// with nothing.
bool is_verdict(std::string_view step) {
  return step == "done" || step == consent_step().name || step == approve_step().name;
}

bool may_lead_to_verdict(const workflow::Definition& definition, const workflow::Edge& edge) {
  if (edge.from == decide_step().name) return edge.on == edge.to;
  const auto& known = find_built_in(definition.name)->edges;
  const bool is_built_in = std::ranges::any_of(known, [&](const workflow::Edge& own) {
    return own.from == edge.from && own.on == edge.on && own.to == edge.to;
  });
  return is_built_in || is_decided(definition, edge.from, edge.to);
}

bool may_lead_to_enrolment(const workflow::Definition& definition, const workflow::Edge& edge) {
  if (edge.from == decide_step().name) return edge.on == "enrol";
  // Each account page looks at what was judged, and there that is all that the account can prove.
  return is_enrolment(edge.from) || (definition.name == kAccountWorkflow && is_account_page(edge.from));
}

}  // namespace

const workflow::Step* find_step(std::string_view name) {
  return find(steps(), name);
}

std::vector<const workflow::Step*> all_steps() {
  std::vector<const workflow::Step*> all;
  for (const auto& [name, step] : steps()) all.push_back(step);
  return all;
}

const EffectHandler* find_effect(std::string_view name) {
  return find(effects(), name);
}

std::vector<std::string_view> built_in_workflows() {
  std::vector<std::string_view> names;
  for (const auto& [name, definition] : built_in()) names.emplace_back(name);
  return names;
}

std::optional<json::object> find_built_in_document(store::DocumentKind kind, std::string_view name) {
  const std::string_view member = store::name_of(kind);
  auto texts = workflow_documents();
  texts.push_back(built_in_policy_document());
  for (const std::string_view text : texts) {
    auto document = parse_json_object(text, kDocumentLimits);
    if (document && peek_string(*document, member) == name) return *std::move(document);
  }
  return std::nullopt;
}

Result<workflow::Definition> parse_workflow(const json::object& document) {
  TRY_ASSIGN(auto definition, workflow::parse_definition(document, find_step));
  if (find_built_in(definition.name) == nullptr)
    return fail(ErrorCode::InvalidRequest, "The server uses no workflow of this name.", definition.name);
  const auto wrong = std::ranges::find_if(definition.edges, [&](const workflow::Edge& edge) {
    return is_enrolment(edge.to) && !may_lead_to_enrolment(definition, edge);
  });
  if (wrong != definition.edges.end())
    return fail(ErrorCode::InvalidRequest, "An edge leads to an enrolment that the decision has not asked for.",
                workflow::name_of(*wrong));
  const auto undecided = std::ranges::find_if(definition.edges, [&](const workflow::Edge& edge) {
    return is_verdict(edge.to) && !may_lead_to_verdict(definition, edge);
  });
  if (undecided != definition.edges.end())
    return fail(ErrorCode::InvalidRequest, "An edge leads to an end that the decision has not given.",
                workflow::name_of(*undecided));
  return definition;
}

DefinitionPointer find_built_in(std::string_view name) {
  const auto found = built_in().find(name);
  return found == built_in().end() ? nullptr : found->second;
}

namespace {

Task<Result<DefinitionPointer>> load_version(Exchange& exchange, std::string name, std::int64_t version) {
  if (version > 0) co_return co_await exchange.context.policies.load_workflow(exchange.issuer.id(), name, version);
  DefinitionPointer definition = find_built_in(name);
  if (definition == nullptr) co_return fail(ErrorCode::NotFound, "This sign-in does not exist or has ended.", name);
  co_return definition;
}

}  // namespace

Task<Result<DefinitionPointer>> load_definition(Exchange& exchange, std::string name) {
  CO_TRY_ASSIGN(const InForce* in_force, co_await load_in_force(exchange));
  const std::int64_t version = in_force->workflow_version(name);
  co_return co_await load_version(exchange, std::move(name), version);
}

Task<Result<DefinitionPointer>> load_definition_of(Exchange& exchange, std::string reference) {
  const auto slash = reference.find('/');
  const auto version = slash == std::string::npos ? std::nullopt : parse_decimal(reference.substr(slash + 1));
  if (!version) co_return fail(ErrorCode::NotFound, "This sign-in does not exist or has ended.");
  co_return co_await load_version(exchange, reference.substr(0, slash), static_cast<std::int64_t>(*version));
}

}  // namespace signet::server::authn
