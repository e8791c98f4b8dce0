// Knowledge: a PIN for one browser or app. It is worth nothing elsewhere, and five wrong entries remove it. Spec:
// PSD2-RTS-4.3-2
#include "crypto/digest.h"
#include "crypto/password_hash.h"
#include "server/authn/attempts.h"
#include "server/authn/browser.h"
#include "server/authn/device_name.h"
#include "server/authn/factors/enrolment.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/list.h"
#include "server/authn/factors/removal.h"
#include "server/authn/pin_rules.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;
using workflow::FieldType;
using workflow::Submission;

constexpr std::string_view kPin = "pin";
constexpr std::string_view kEnrol = "enrol_pin";
constexpr std::string_view kStore = "store_pin";
constexpr std::string_view kCheck = "check_pin";
constexpr std::int64_t kMostFailures = 5;

/// What the caller keeps and the PIN is bound to; empty when it keeps nothing yet.
std::string device_of(const Exchange& exchange) {
  return exchange.app_key.empty() ? find_device_cookie(exchange).value_or("") : "app " + exchange.app_key;
}

Digest256 lookup_of(const Exchange& exchange, std::string_view account_id) {
  return crypto::sha256("pin\n" + std::string(account_id) + "\n" + device_of(exchange));
}

workflow::Field make_pin_field(const Facts& facts, std::string name, Text label, std::string autocomplete) {
  return {.name = std::move(name),
          .type = FieldType::Password,
          .label = text(facts, label),
          .autocomplete = std::move(autocomplete),
          .required = true,
          .max_length = kMostPinDigits,
          .min_length = kLeastPinDigits,
          .kind = "number"};
}

workflow::Representation show(const Facts& facts) {
  workflow::Representation page{
      .type = "authentication-step", .title = text(facts, Text::PinTitle), .text = text(facts, Text::PinText)};
  page.actions.push_back({.name = "confirm",
                          .title = text(facts, Text::ConfirmAction),
                          .main = true,
                          .fields = {make_pin_field(facts, "pin", Text::PinLabel, "off")}});
  add_way_out(facts, page);
  return page;
}

workflow::Representation show_enrolment(const Facts& facts) {
  workflow::Representation page{
      .type = "registration-step", .title = text(facts, Text::EnrolPinTitle), .text = text(facts, Text::EnrolPinText)};
  page.actions.push_back({.name = "confirm",
                          .title = text(facts, Text::ConfirmAction),
                          .main = true,
                          .fields = {make_pin_field(facts, "pin", Text::NewPinLabel, "off"),
                                     make_pin_field(facts, "repeat", Text::RepeatPinLabel, "off")}});
  page.actions.back().fields.front().help = text(facts, Text::PinHelp);
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Problem make_problem(const Facts& facts, Text said) {
  return {.type = "invalid_input", .text = text(facts, said), .fields = {"pin"}};
}

workflow::Reaction on_submit(const Facts& facts, const Submission& submission) {
  if (submission.action != "confirm") return {.event = submission.action};
  const std::string_view pin = submission.field("pin");
  if (find_pin_problem(pin) == PinProblem::NotDigits) return {.problem = make_problem(facts, Text::PinDigits)};
  return {.effect = workflow::Effect{.name = std::string(kCheck), .secret = SecretText(std::string(pin))}};
}

workflow::Reaction on_submit_enrolment(const Facts& facts, const Submission& submission) {
  if (submission.action != "confirm") return {.event = submission.action};
  const std::string_view pin = submission.field("pin");
  const auto problem = find_pin_problem(pin);
  if (problem) {
    return {.problem = make_problem(facts, *problem == PinProblem::TooEasy ? Text::PinTooEasy : Text::PinDigits)};
  }
  if (pin != submission.field("repeat")) return {.problem = make_problem(facts, Text::PinsDiffer)};
  return {.effect = workflow::Effect{.name = std::string(kStore), .secret = SecretText(std::string(pin))}};
}

std::string render_failures(std::int64_t failures) {
  return render_json(json::object{{"failures", failures}});
}

std::int64_t failures_of(const store::FactorRecord& row) {
  const auto data = parse_json_object(row.data);
  return data ? fact::integer(*data, "failures") : kMostFailures;
}

Proof make_proof(const StepWork& work, std::string factor_id) {
  return {.factor = std::string(kPin),
          .factor_id = std::move(factor_id),
          .categories = {Category::Knowledge},
          .amr = {"pin"},
          .at = work.exchange.now};
}

bool is_pool_full(const Exchange& exchange) {
  return exchange.context.password_pool.queued() >= exchange.context.config.login.password_queue;
}

Task<Result<EffectAnswer>> store_pin(StepWork& work, workflow::Effect effect) {
  Context& context = work.exchange.context;
  if (device_of(work.exchange).empty()) co_return fail(ErrorCode::AccessDenied, "This device cannot be remembered.");
  if (is_pool_full(work.exchange)) co_return EffectAnswer{.problem = make_busy_problem(work.facts)};
  const LoginConfig& login = context.config.login;
  const crypto::PasswordCost cost{.iterations = login.password_iterations, .memory_bytes = login.password_memory_bytes};
  auto job = [pin = std::move(effect.secret), cost] { return crypto::hash_password(pin, cost); };
  CO_TRY_ASSIGN(const Result<std::string> hash, co_await context.password_pool.run(std::move(job)));
  if (!hash) co_return std::unexpected(hash.error());
  const std::string factor_id = make_random_id(context.random);
  store::FactorRecord row;
  row.factor_id = factor_id;
  row.kind = kPin;
  row.name = describe_agent(work.facts, agent_name(work.exchange));
  row.lookup_hash = lookup_of(work.exchange, work.account_id());
  // A million PINs are hashed in a day: without the key the hash must be worth nothing.
  row.secret = context.factor_key.seal(context.random, as_bytes(*hash), as_bytes(factor_id));
  row.data = render_failures(0);
  CO_TRY_ASSIGN(auto problem, co_await add_factor(work, std::move(row), Enrolment::Instead));
  if (problem) co_return EffectAnswer{.problem = std::move(problem)};
  co_return accept(work, make_proof(work, factor_id), "enrolled");
}

/// Counts the entry before it is looked at, so that many at once are no more than five. False: another one was faster.
Task<Result<bool>> count_entry(StepWork& work, store::FactorRecord& row) {
  sql::Batch batch;
  (void)store::Factors::add_set_data(batch, row.account_id, row.factor_id, row.counter,
                                     render_failures(failures_of(row) + 1), row.counter + 1, work.exchange.now);
  CO_TRY_ASSIGN(const auto result, co_await work.exchange.context.database.write(std::move(batch)));
  row.counter += 1;
  co_return !result.failed_guard;
}

Task<Result<bool>> is_right(StepWork& work, const store::FactorRecord& row, SecretText pin) {
  Context& context = work.exchange.context;
  CO_TRY_ASSIGN(const SecretBytes hash, context.factor_key.open(row.secret, as_bytes(row.factor_id)));
  auto job = [pin = std::move(pin), hash = std::string(as_text(hash.reveal()))] {
    return crypto::verify_password(pin, hash);
  };
  co_return co_await context.password_pool.run(std::move(job));
}

Task<Result<EffectAnswer>> refuse(StepWork& work, Attempt attempt, store::FactorRecord row) {
  const bool was_last = failures_of(row) + 1 >= kMostFailures;
  CO_TRY_ASSIGN(EffectAnswer answer, co_await refuse_attempt(work, attempt, std::string(kPin), "wrong PIN"));
  if (!was_last) co_return answer;
  CO_TRY(co_await remove_row(work, row, "five failures"));
  // What is left is decided anew.
  co_return EffectAnswer{.event = "removed"};
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect effect) {
  if (is_pool_full(work.exchange)) co_return EffectAnswer{.problem = make_busy_problem(work.facts)};
  const std::string account_id = work.account_id();
  Attempt attempt = make_factor_attempt(work, account_id);
  CO_TRY_ASSIGN(auto wait, co_await begin_attempt(work, attempt));
  if (wait) co_return EffectAnswer{.problem = std::move(wait)};
  const store::Factors& factors = work.exchange.context.store.factors;
  CO_TRY_ASSIGN(auto row, co_await factors.find_by_lookup(work.exchange.issuer.id(), std::string(kPin),
                                                          lookup_of(work.exchange, account_id)));
  const bool is_own = row && row->account_id == account_id && !device_of(work.exchange).empty();
  if (!is_own) co_return co_await refuse_attempt(work, attempt, std::string(kPin), "no PIN on this device");
  CO_TRY_ASSIGN(const bool is_counted, co_await count_entry(work, *row));
  if (!is_counted) co_return EffectAnswer{.problem = make_busy_problem(work.facts)};
  CO_TRY_ASSIGN(const bool right, co_await is_right(work, *row, std::move(effect.secret)));
  if (!right) co_return co_await refuse(work, attempt, *row);
  const std::size_t mark = store::Factors::add_set_data(work.marks, account_id, row->factor_id, row->counter,
                                                        render_failures(0), row->counter + 1, work.exchange.now);
  work.explain_mark(mark, make_refusal(work.facts));
  record_use(work, *row);
  EffectAnswer answer = accept(work, make_proof(work, row->factor_id));
  learn(answer, facts_of_success(attempt));
  co_return answer;
}

bool is_of_this_device(const Exchange& exchange, const store::FactorRecord& row) {
  return !device_of(exchange).empty() && row.lookup_hash == lookup_of(exchange, row.account_id);
}

}  // namespace

const Factor& pin_factor() {
  static const Factor factor{.kind = kPin,
                             .title = Text::PinTitle,
                             .description = Text::PinDescription,
                             .offer = Text::PinOffer,
                             .categories = {Category::Knowledge},
                             .steps = {{.name = kPin,
                                        .show = show,
                                        .on_submit = on_submit,
                                        .events = {"accepted", "removed", "other", "cancel"}},
                                       {.name = kEnrol,
                                        .show = show_enrolment,
                                        .on_submit = on_submit_enrolment,
                                        .events = {"enrolled", "cancel"}}},
                             .effects = {{kStore, store_pin}, {kCheck, check}},
                             .is_configured = [](const Exchange& exchange) { return !device_of(exchange).empty(); },
                             .is_here = is_of_this_device};
  return factor;
}

}  // namespace signet::server::authn
