#include "server/authn/progress.h"

#include "server/authn/browser.h"
#include "server/authn/browser_step.h"
#include "server/authn/kept_answer.h"
#include "server/authn/language_choice.h"
#include "server/authn/page.h"
#include "server/authn/texts.h"
#include "server/authn/workflows.h"

namespace signet::server::authn {
namespace {

/// A workflow that goes round without asking the user anything is a mistake of its definition.
constexpr int kMostTurns = 16;

Task<Result<workflow::EffectAnswer>> perform(StepWork& work, workflow::Effect effect) {
  const EffectHandler* handler = find_effect(effect.name);
  if (handler == nullptr) co_return fail(ErrorCode::Bug, "internal error", "no effect is called " + effect.name);
  co_return co_await handler->perform(work, std::move(effect));
}

/// Performs the effects of one turn. The answer of the last one when the workflow waits for it.
Task<Result<std::optional<workflow::EffectAnswer>>> perform_all(StepWork& work, std::vector<workflow::Effect> effects) {
  std::optional<workflow::EffectAnswer> awaited;
  for (workflow::Effect& effect : effects) {
    const bool needs_answer = effect.needs_answer;
    CO_TRY_ASSIGN(auto answer, co_await perform(work, std::move(effect)));
    if (needs_answer) awaited = std::move(answer);
  }
  co_return awaited;
}

/// The instance as it is shown and answered: what its page shows of the world is added to the facts of the moment.
Task<Result<workflow::Instance>> load_moment(StepWork& work, workflow::Instance instance) {
  const workflow::Step* step = work.interaction.definition->find_step(instance.step);
  if (step == nullptr || step->on_show == nullptr) co_return instance;
  workflow::Effect effect = step->on_show(instance.facts);
  work.facts = std::move(instance.facts);
  CO_TRY_ASSIGN(auto answer, co_await perform(work, std::move(effect)));
  instance.facts = std::move(work.facts);
  workflow::merge(instance.facts, std::move(answer.facts));
  co_return instance;
}

Task<Result<workflow::Outcome>> advance_all(StepWork& work, workflow::Instance moment, workflow::Input input) {
  const workflow::Definition& definition = *work.interaction.definition;
  CO_TRY_ASSIGN(workflow::Instance instance, co_await load_moment(work, std::move(moment)));
  bool moved = false;
  for (int turn = 0; turn < kMostTurns; ++turn) {
    CO_TRY_ASSIGN(workflow::Outcome outcome,
                  workflow::advance(definition, std::move(instance), std::move(input), work.exchange.now));
    moved = moved || outcome.moved;
    // The facts are lent to the effects: a login's are too many to copy in every turn.
    work.facts = std::move(outcome.instance.facts);
    CO_TRY_ASSIGN(auto answer, co_await perform_all(work, std::move(outcome.effects)));
    outcome.instance.facts = std::move(work.facts);
    if (!answer) {
      outcome.moved = moved;
      co_return outcome;
    }
    instance = std::move(outcome.instance);
    input = *std::move(answer);
  }
  co_return fail(ErrorCode::Bug, "internal error", "workflow " + definition.name + " goes round without a page");
}

/// The page of an instance, and why the login stays on it. The login gets its facts back.
Result<http::Response> render(const Exchange& exchange, Interaction& interaction, workflow::Instance moment,
                              std::optional<workflow::Problem> problem) {
  TRY_ASSIGN(auto page, workflow::represent(*interaction.definition, moment, exchange.now, std::move(problem)));
  interaction.instance.facts = std::move(moment.facts);
  offer_browser_step(exchange, interaction, page);
  return render_interaction(exchange, interaction, std::move(page));
}

/// The batch of a step: marks of single use first, then the step, then what follows from it.
struct Written {
  sql::Batch batch;
  std::size_t step_guard = 0;
  std::optional<std::size_t> account_guard;
};

Written assemble(StepWork& work, workflow::Instance next, bool is_new) {
  Written written;
  written.batch = std::move(work.marks);
  const std::string account_id = fact::text(next.facts, fact::kAccountId);
  if (!account_id.empty()) written.account_guard = store::Accounts::add_require(written.batch, account_id);
  // However many turns it took, the page that is stored is the next one.
  next.version = work.interaction.instance.version + 1;
  next.facts.erase(fact::kBrowserStep);
  next.expires_at = work.ends.value_or(next.expires_at);
  next.facts[fact::kLastSeen] = to_unix_millis(work.exchange.now);
  if (!is_new) keep_answer(work, next.facts);
  if (is_new) {
    add_start(written.batch, work.exchange, work.interaction, std::move(next));
    written.step_guard = written.batch.statements().size();  // none: a new row collides with nothing
  } else {
    written.step_guard = add_advance(written.batch, work.interaction, std::move(next), work.exchange.now);
  }
  written.batch.append(std::move(work.changes));
  // A new password ends the sessions before it, so the one that begins with it comes last.
  if (work.sign_in) add_sign_in(work.exchange, written.batch, *work.sign_in);
  return written;
}

http::Response lead_on(StepWork& work, const std::string& handle) {
  if (work.answer) return make_client_redirect(work.exchange, *work.answer);
  if (work.location.empty()) return make_redirect(work.exchange, address_of(work.exchange, handle));
  return make_redirect(work.exchange, work.location);
}

/// The page of this moment, and why the login stays on it.
Task<Result<http::Response>> show(Exchange& exchange, Interaction interaction,
                                  std::optional<workflow::Problem> problem) {
  StepWork work(exchange, interaction);
  CO_TRY_ASSIGN(workflow::Instance moment, co_await load_moment(work, take_moment(exchange, interaction)));
  co_return render(exchange, interaction, std::move(moment), std::move(problem));
}

/// Another submission of the same page was faster: what it led to is shown, or given to the client again.
http::Response follow_faster(const StepWork& work, const Interaction& now) {
  auto again = repeat_answer(work.exchange, now, work.interaction.instance.version);
  return again ? *std::move(again) : make_redirect(work.exchange, address_of(work.exchange, now.handle));
}

/// A mark was used by somebody else, perhaps by another submission of this very page.
Task<Result<http::Response>> explain(StepWork& work, std::size_t mark) {
  CO_TRY_ASSIGN(Interaction now, co_await load_interaction(work.exchange));
  if (now.instance.version != work.interaction.instance.version) co_return follow_faster(work, now);
  const StepWork::Explanation* said = work.find_explanation(mark);
  if (said == nullptr) co_return fail(ErrorCode::Bug, "internal error", "a mark without an explanation");
  if (const auto* error = std::get_if<Error>(said)) co_return std::unexpected(*error);
  const auto& problem = std::get<workflow::Problem>(*said);
  co_return co_await show(work.exchange, std::move(now), problem);
}

Task<Result<http::Response>> take_step(StepWork& work, workflow::Outcome outcome, bool is_new) {
  Exchange& exchange = work.exchange;
  if (work.sign_in) CO_TRY(co_await continue_session(exchange, *work.sign_in));
  Written written = assemble(work, std::move(outcome.instance), is_new);
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await exchange.context.database.write(std::move(written.batch)));
  if (result.failed_guard && result.failed_guard == written.account_guard) {
    co_return fail(ErrorCode::AccessDenied, "This account cannot be used at the moment.");
  }
  if (result.failed_guard == written.step_guard) {
    CO_TRY_ASSIGN(const Interaction now, co_await load_interaction(exchange));
    co_return follow_faster(work, now);
  }
  if (result.failed_guard) co_return co_await explain(work, *result.failed_guard);
  for (Task<void>& task : work.afterwards) start_detached(std::move(task));
  if (work.answer && !work.answer->code.empty()) exchange.context.metrics.count(Metrics::Counter::CodesIssued);
  http::Response response = lead_on(work, work.interaction.handle);
  if (work.signs_out) clear_session_cookie(exchange, response);
  if (work.sign_in) {
    set_session_cookie(exchange, response, work.sign_in->cookie);
    if (!work.sign_in->device.empty()) set_device_cookie(exchange, response, work.sign_in->device);
  }
  co_return response;
}

/// The user has come back from the browser: what was answered there counts now, as if the app had sent it.
Task<Result<http::Response>> resume(Exchange& exchange, Interaction interaction, std::string nonce) {
  CO_TRY_ASSIGN(Brought brought, co_await consume_browser_step(exchange, interaction, std::move(nonce)));
  if (!brought.submission) co_return co_await show(exchange, std::move(interaction), std::move(brought.problem));
  StepWork work(exchange, interaction);
  CO_TRY_ASSIGN(workflow::Outcome outcome,
                co_await advance_all(work, take_moment(exchange, interaction), *std::move(brought.submission)));
  if (outcome.moved) co_return co_await take_step(work, std::move(outcome), false);
  interaction.challenge_version.reset();
  interaction.instance.facts = std::move(outcome.instance.facts);
  co_return co_await show(exchange, std::move(interaction), std::move(outcome.problem));
}

}  // namespace

Task<Result<http::Response>> start_interaction(Exchange& exchange, std::string name, workflow::Facts facts,
                                               Pages pages) {
  CO_TRY_ASSIGN(Started started, co_await make_interaction(exchange, std::move(name), std::move(facts)));
  StepWork work(exchange, started.interaction);
  CO_TRY_ASSIGN(workflow::Outcome outcome,
                co_await advance_all(work, take_moment(exchange, started.interaction), workflow::Begin{}));
  if (pages == Pages::None && !workflow::is_finished(*started.interaction.definition, outcome.instance)) {
    co_return fail(ErrorCode::InteractionRequired, "The user must be asked something.");
  }
  CO_TRY_ASSIGN(http::Response response, co_await take_step(work, std::move(outcome), true));
  if (started.is_new_browser) set_browser_cookie(exchange, response, started.interaction.binding);
  co_return response;
}

Task<Result<http::Response>> begin_again(Exchange& exchange, Interaction interaction) {
  workflow::Facts facts;
  for (const std::string_view name : fact::kOfTheRequest) {
    if (const auto* known = interaction.instance.facts.if_contains(name)) facts[name] = *known;
  }
  facts[fact::kReauthenticate] = true;
  interaction.instance.facts = std::move(facts);
  interaction.instance.step = workflow::kStart;
  StepWork work(exchange, interaction);
  CO_TRY_ASSIGN(workflow::Outcome outcome,
                co_await advance_all(work, take_moment(exchange, interaction), workflow::Begin{}));
  co_return co_await take_step(work, std::move(outcome), false);
}

Task<Result<http::Response>> submit(Exchange& exchange, Interaction interaction) {
  CO_TRY_ASSIGN(workflow::Submission submission, parse_submission(exchange, interaction));
  if (auto again = repeat_answer(exchange, interaction, submission.version)) co_return *std::move(again);
  if (submission.action == kLanguageAction && !exchange.is_app) {
    co_return co_await take_language(exchange, std::move(interaction), submission);
  }
  if (submission.action == kBrowserAction) {
    co_return co_await resume(exchange, std::move(interaction), std::string(submission.field(kResumeNonce)));
  }
  if (is_in_browser(exchange, interaction)) {
    auto problem = browser_step_problem(exchange, interaction);
    co_return co_await show(exchange, std::move(interaction), std::move(problem));
  }
  StepWork work(exchange, interaction);
  CO_TRY_ASSIGN(workflow::Outcome outcome,
                co_await advance_all(work, take_moment(exchange, interaction), std::move(submission)));
  if (!outcome.moved) co_return render(exchange, interaction, std::move(outcome.instance), std::move(outcome.problem));
  co_return co_await take_step(work, std::move(outcome), false);
}

Task<Result<http::Response>> show(Exchange& exchange, Interaction interaction) {
  co_return co_await show(exchange, std::move(interaction), std::nullopt);
}

Task<Result<workflow::Representation>> load_page(Exchange& exchange, const Interaction& interaction) {
  StepWork work(exchange, interaction);
  CO_TRY_ASSIGN(const workflow::Instance moment, co_await load_moment(work, at_this_moment(exchange, interaction)));
  co_return workflow::represent(*interaction.definition, moment, exchange.now);
}

}  // namespace signet::server::authn
