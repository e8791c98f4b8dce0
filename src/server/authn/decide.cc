#include "server/authn/decide.h"

#include <algorithm>

#include "base/text.h"
#include "server/authn/account_visit.h"
#include "server/authn/approval.h"
#include "server/authn/asked.h"
#include "server/authn/assurance.h"
#include "server/authn/browser.h"
#include "server/authn/candidates.h"
#include "server/authn/decision_context.h"
#include "server/authn/device_name.h"
#include "server/authn/notices.h"
#include "server/authn/policy.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;

constexpr std::string_view kDecide = "decide";
constexpr std::int64_t kBeyondReach = 4;  ///< categories: one more than there are

/// Everything the judgement looks at, read before it is made.
struct Case {
  std::optional<Asked> asked;  ///< absent at the account pages
  std::optional<store::AccountRecord> account;
  std::vector<store::FactorRecord> rows;
  std::optional<store::ConsentRecord> consent;
  workflow::Decision decision;
  Proofs proofs;  ///< those that are fresh enough
  Requirement requirement;
};

Task<Result<void>> load_records(StepWork& work, Case& its) {
  const store::Store& store = work.exchange.context.store;
  if (is_for_client(work.facts)) {
    CO_TRY_ASSIGN(its.asked, co_await load_asked(work.exchange, work.facts));
  }
  const std::string account_id = work.account_id();
  if (account_id.empty()) co_return Result<void>();
  CO_TRY_ASSIGN(its.account, co_await work.load_account(account_id));
  if (!its.account || its.account->disabled)
    co_return fail(ErrorCode::AccessDenied, "This account cannot be used at the moment.");
  CO_TRY_ASSIGN(its.rows, co_await work.load_factors());
  its.rows.insert(its.rows.end(), work.enrolled.begin(), work.enrolled.end());
  if (!its.asked) co_return Result<void>();
  CO_TRY_ASSIGN(its.consent,
                co_await store.consents.find(account_id, its.asked->client->client_id, work.exchange.issuer.id()));
  co_return Result<void>();
}

/// A proof that says who is there. Others are worth something only beside it.
bool is_primary(const Proof& proof) {
  const Factor* factor = find_factor(proof.factor);
  return factor != nullptr && factor->is_primary;
}

std::optional<Duration> stricter(std::optional<Duration> one, std::optional<Duration> other) {
  if (!one || !other) return one ? one : other;
  return std::min(*one, *other);
}

/// How old a proof may be. A login that began because the old one was too old looks at what was proven since.
std::optional<Duration> longest_age(const StepWork& work, const Case& its) {
  std::optional<Duration> age = its.decision.max_age;
  if (its.asked) {
    const auto& request = its.asked->request;
    age = stricter(age, request.max_age ? request.max_age : its.asked->client->default_max_age);
    // The user takes time on the way: what was proven in this login is fresh.
    if (age) age = std::max(*age, work.exchange.now - work.started_at());
  } else {
    age = stricter(age, longest_age_of_visit(work));
  }
  return age;
}

/// What can still be asked for. Recovery codes stand in for a second factor that was lost; who never had one enrols one
/// instead of using them up.
std::vector<Candidate> askable_factors(const StepWork& work, const Case& its) {
  auto usable = usable_factors(work.exchange, *its.account, its.rows, its.proofs);
  if (!has_second_factor(its.rows))
    std::erase_if(usable, [](const Candidate& candidate) { return candidate.factor->is_reserve; });
  return usable;
}

/// The account pages ask for the most that the account can prove: who may change factors may change everything.
std::int64_t categories_for_account(const StepWork& work, const Case& its) {
  const auto usable = askable_factors(work, its);
  return std::min<std::int64_t>(count_categories(with_all(usable, its.proofs)), 2);
}

void add_decision(Requirement& requirement, const workflow::Decision& decision, std::span<const LevelConfig> levels) {
  requirement.categories = std::max(requirement.categories, decision.categories);
  requirement.phishing_resistant = requirement.phishing_resistant || decision.phishing_resistant;
  requirement.hardware = requirement.hardware || decision.hardware;
  for (const auto& kind : decision.factors) {
    if (!contains(requirement.factors, kind)) requirement.factors.push_back(kind);
  }
  for (const auto& acr : decision.acr) {
    // A level that is not there any more is one that nobody reaches.
    const LevelConfig* level = find_level(levels, acr);
    if (level == nullptr) {
      requirement.categories = kBeyondReach;
    } else {
      requirement.add(*level);
    }
  }
}

bool may_enrol(const StepWork& work, const Case& its) {
  return work.exchange.context.config.login.enrolment_at_login && !its.decision.no_enrolment;
}

/// What the account may make now to come nearer to what is required. Who has no second factor yet makes one; who has
/// one must not be able to add a weaker one beside it. Nobody makes one in vain.
std::vector<std::string> possible_enrolments(const StepWork& work, const Case& its, const Requirement& requirement) {
  if (!may_enrol(work, its) || has_second_factor(its.rows)) return {};
  if (requirement.hardware && !work.exchange.context.config.webauthn.can_prove_hardware()) return {};
  return helpful_enrolments(work.exchange, requirement, its.proofs);
}

/// Has the account what it takes, or what leads there?
bool has_factors_for(const StepWork& work, const Case& its, const Requirement& requirement) {
  if (!its.account) return false;
  if (requirement.is_met_by(its.proofs)) return true;
  const auto usable = askable_factors(work, its);
  return !helpful_factors(usable, requirement, its.proofs).empty();
}

bool can_reach(const StepWork& work, const Case& its, const Requirement& requirement) {
  return has_factors_for(work, its, requirement) ||
         (its.account && !possible_enrolments(work, its, requirement).empty());
}

/// The level that a demand means for this account: the first in the client's order of preference for which it has the
/// factors, else the weakest. Spec: OIDC-3.1.2.1
const LevelConfig* level_for_account(const StepWork& work, const Case& its, const AcrDemand& demand,
                                     std::span<const LevelConfig> levels) {
  for (const auto& value : demand.values) {
    const LevelConfig* level = find_level(levels, value);
    if (level == nullptr) continue;
    Requirement with = its.requirement;
    with.add(*level);
    if (has_factors_for(work, its, with)) return level;
  }
  return wanted_level(demand, levels);
}

/// What must be proven, and whether the request fails without it. A level that was asked for as voluntary is asked of
/// those who can reach it, if with a factor that they make now: an API that wants it would only ask again (RFC 9470).
void set_requirement(const StepWork& work, Case& its) {
  const auto& levels = work.exchange.issuer.config().levels;
  add_decision(its.requirement, its.decision, levels);
  if (!its.asked) {
    if (its.account)
      its.requirement.categories = std::max(its.requirement.categories, categories_for_account(work, its));
    return;
  }
  const AcrDemand demand = acr_demand(its.asked->request, *its.asked->client);
  const LevelConfig* wanted = level_for_account(work, its, demand, levels);
  if (wanted == nullptr) return;
  Requirement with = its.requirement;
  with.add(*wanted);
  if (demand.essential || can_reach(work, its, with)) its.requirement = std::move(with);
}

bool awaits_approval(const StepWork& work, const Case& its) {
  return its.asked && is_approval_needed(its.asked->request) && !is_approved(work.facts, its.asked->request);
}

/// A payment waits, and the account has nothing that could sign what is shown.
bool lacks_signer(const StepWork& work, const Case& its) {
  return awaits_approval(work, its) && signing_factors(work.exchange, *its.account, its.rows).empty();
}

/// Who has no factor that signs makes one, once everything is proven that the account can prove.
std::optional<EffectAnswer> ask_for_signer(const StepWork& work, const Case& its) {
  if (!lacks_signer(work, its)) return std::nullopt;
  const auto kinds = signing_enrolments(work.exchange);
  if (!may_enrol(work, its) || kinds.empty()) return EffectAnswer{.event = "unmet"};
  return EffectAnswer{.event = "enrol", .facts = {{fact::kEnrolments, signet::to_json(kinds)}}};
}

EffectAnswer ask_for_factor(const StepWork& work, const Case& its) {
  const auto usable = askable_factors(work, its);
  auto helpful = helpful_factors(usable, its.requirement, its.proofs);
  const auto of_beginning =
      std::erase_if(helpful, [](const Candidate& candidate) { return !is_asked_within(*candidate.factor); });
  // What only begins a login is given where logins begin, if nothing else helps; what is proven stays.
  if (of_beginning > 0 && helpful.empty()) return {.event = "identify"};
  if (!helpful.empty()) {
    const bool is_only = helpful.size() == 1;
    return {.event = is_only ? std::string(helpful.front().factor->kind) : "factor",
            .facts = {{fact::kFactors, to_json(helpful)}}};
  }
  const auto kinds = possible_enrolments(work, its, its.requirement);
  if (kinds.empty()) return {.event = "unmet"};
  return {.event = "enrol", .facts = {{fact::kEnrolments, signet::to_json(kinds)}}};
}

/// A recovery replaces the password once another factor of the account was proven, when there is one.
EffectAnswer recover(const StepWork& work, const Case& its) {
  const auto usable = usable_factors(work.exchange, *its.account, its.rows, its.proofs);
  std::vector<Candidate> others;
  std::ranges::copy_if(usable, std::back_inserter(others),
                       [](const Candidate& candidate) { return is_asked_within(*candidate.factor); });
  const bool has_proven_other =
      std::ranges::any_of(its.proofs, [](const Proof& proof) { return !proof.categories.empty(); });
  if (has_proven_other || !has_second_factor(its.rows)) return {.event = "new_password"};
  // A second factor that cannot be used now is no reason to go without it.
  if (others.empty()) return {.event = "unmet"};
  return {.event = "factor", .facts = {{fact::kFactors, to_json(others)}}};
}

std::optional<std::string> next_step(const StepWork& work, const Case& its) {
  const auto taken = fact::list(work.facts, fact::kStepsTaken);
  const auto& wanted = its.decision.steps;
  const auto found = std::ranges::find_if(wanted, [&](const auto& step) { return !contains(taken, step); });
  return found == wanted.end() ? std::nullopt : std::optional(*found);
}

/// The login lives for longer than its hold, else the next one would be held anew.
std::optional<EffectAnswer> hold(StepWork& work, Case& its) {
  if (its.decision.hold <= Duration{}) return std::nullopt;
  const auto until = work.facts.contains(fact::kHeldUntil)
                         ? from_unix_millis(fact::integer(work.facts, fact::kHeldUntil))
                         : work.exchange.now + its.decision.hold;
  if (work.facts.contains(fact::kHeldUntil) && until <= work.exchange.now) return std::nullopt;
  work.ends = end_after_hold(work.exchange, work.interaction, work.facts, until);
  if (!work.ends) {
    its.decision.deny = "the login would end before its hold";
    return EffectAnswer{.event = "deny"};
  }
  return EffectAnswer{.event = "hold", .facts = {{fact::kHeldUntil, to_unix_millis(until)}}};
}

/// Everything is proven: what the user still has to say.
std::string last_questions(const StepWork& work, const Case& its) {
  if (!its.asked) return "done";
  if (awaits_approval(work, its)) return "approve";
  const bool is_asked = fact::is_set(work.facts, fact::kConsentAsked) || its.decision.consent;
  const bool is_allowed = fact::is_set(work.facts, fact::kConsented);
  if (!is_allowed && (is_asked || !is_rest_covered(its.asked->request, its.consent))) return "consent";
  return "done";
}

/// The session begins, or begins anew with what it is worth now. Its id is another then, so that one planted or seen
/// before is worth nothing.
void sign_in(StepWork& work, const Case& its, EffectAnswer& answer) {
  const auto& levels = work.exchange.issuer.config().levels;
  const std::string acr = reached_acr(levels, its.proofs);
  const AcrDemand demand = its.asked ? acr_demand(its.asked->request, *its.asked->client) : AcrDemand{};
  workflow::merge(answer.facts, {{fact::kAuthenticatedAt, to_unix_millis(proven_at(its.proofs))},
                                 {fact::kAcr, granted_acr(demand, acr, levels)},
                                 {fact::kAmr, signet::to_json(amr_of(its.proofs))},
                                 {fact::kProofs, to_json(its.proofs)},
                                 {fact::kJudged, answer.event}});
  if (fact::is_set(work.facts, fact::kSignedIn)) return;
  work.sign_in = make_sign_in(work.exchange, work.facts, its.proofs, acr);
  answer.facts[fact::kSignedIn] = true;
  answer.facts[fact::kSessionId] = work.sign_in->session.session_id;
  work.exchange.context.metrics.count(Metrics::Counter::LoginsSucceeded);
}

/// Without those of a password that was replaced since: whoever knows the old one must not get in with it.
Proofs valid_proofs(const StepWork& work, const Case& its) {
  Proofs proofs = proofs_of(work.facts);
  if (!its.account) return proofs;
  const std::string stored = password_mark(its.account->password_hash);
  const std::string written = fact::text(work.facts, fact::kNewPasswordMark);
  std::erase_if(proofs, [&](const Proof& proof) {
    return proof.factor == "password" && proof.factor_id != (written.empty() ? stored : written);
  });
  return proofs;
}

/// Nothing that says who is there is fresh. What else is stays with its account: who signs in as another loses it.
EffectAnswer ask_who_is_there(const Case& its) {
  if (!its.account || its.proofs.empty())
    return {.event = "identify",
            .facts = {{fact::kProofs, nullptr}, {fact::kSignedIn, nullptr}, {fact::kSessionId, nullptr}}};
  return {.event = "identify", .facts = {{fact::kProofs, to_json(its.proofs)}}};
}

EffectAnswer judge(StepWork& work, Case& its) {
  if (its.decision.deny) return {.event = "deny"};
  its.proofs = fresh_proofs(valid_proofs(work, its), longest_age(work, its), work.exchange.now);
  const bool is_recovering = fact::is_set(work.facts, fact::kRecovering);
  if (is_recovering && its.account) return recover(work, its);
  if (!its.account || std::ranges::none_of(its.proofs, is_primary)) return ask_who_is_there(its);
  set_requirement(work, its);
  if (lacks_signer(work, its))
    its.requirement.categories = std::max(its.requirement.categories, categories_for_account(work, its));
  if (auto answer = hold(work, its)) return *std::move(answer);
  if (!its.requirement.is_met_by(its.proofs)) return ask_for_factor(work, its);
  if (auto step = next_step(work, its)) return {.event = "step", .facts = {{fact::kNextStep, *step}}};
  if (auto answer = ask_for_signer(work, its)) return *std::move(answer);
  EffectAnswer answer{.event = last_questions(work, its)};
  if (answer.event == "approve")
    answer.facts[fact::kFactors] = to_json(signing_factors(work.exchange, *its.account, its.rows));
  sign_in(work, its, answer);
  return answer;
}

/// Tells the owner of a sign-in, and of a session that is used where the policy wants that told.
Task<Result<void>> notify(StepWork& work, const Case& its, EffectAnswer& answer) {
  if (work.sign_in) {
    CO_TRY(co_await add_sign_in_notice(work, *its.account, its.decision.notify));
  } else {
    const bool is_used = its.asked && answer.facts.contains(fact::kAuthenticatedAt);
    if (!is_used || !its.decision.notify || fact::is_set(work.facts, fact::kNotified)) co_return Result<void>();
    add_notice(work, *its.account, Notice::SignIn, describe_agent(work.facts, agent_name(work.exchange)));
  }
  answer.facts[fact::kNotified] = true;
  co_return Result<void>();
}

Task<Result<EffectAnswer>> decide(StepWork& work, workflow::Effect) {
  Case its;
  CO_TRY(co_await load_records(work, its));
  CO_TRY_ASSIGN(its.decision,
                co_await ask_policy(work, its.asked ? &*its.asked : nullptr, its.account ? &*its.account : nullptr));
  EffectAnswer answer = judge(work, its);
  if (!answer.facts.contains(fact::kJudged)) answer.facts[fact::kJudged] = nullptr;
  answer.facts[fact::kNewPasswordMark] = nullptr;
  CO_TRY(co_await notify(work, its, answer));
  if (answer.event == "deny" || answer.event == "unmet") {
    work.exchange.context.metrics.count(Metrics::Counter::LoginsFailed);
    AuditEvent("login", answer.event == "deny" ? "denied" : "unmet")
        .client(work.exchange.client_id)
        .account(work.account_id())
        .text("reason", its.decision.deny.value_or("the account cannot prove what is asked for"))
        .text("rules", join(its.decision.rules, ", "))
        .add_to(work.changes, work.exchange.issuer.id(), work.exchange.request.peer, work.exchange.now);
  }
  co_return answer;
}

std::vector<std::string_view> events() {
  std::vector<std::string_view> events = {"identify", "factor",  "enrol", "new_password", "step", "hold",
                                          "approve",  "consent", "done",  "deny",         "unmet"};
  for (const Factor* factor : factors()) {
    if (is_asked_within(*factor)) events.push_back(factor->kind);
  }
  return events;
}

}  // namespace

const workflow::Step& decide_step() {
  static const workflow::Step step{
      .name = kDecide,
      .on_enter = [](const Facts&) { return std::optional(workflow::Effect{.name = std::string(kDecide)}); },
      .events = events()};
  return step;
}

const EffectHandler& decide_effect() {
  static const EffectHandler handler{kDecide, decide};
  return handler;
}

}  // namespace signet::server::authn
