#include "server/authn/factors/sent_code.h"

#include <algorithm>

#include "base/text.h"
#include "server/authn/attempts.h"
#include "server/authn/delivery.h"
#include "server/authn/factors/enrolment.h"
#include "server/authn/factors/one_time_code.h"
#include "server/authn/sealed_facts.h"

namespace signet::server::authn {
namespace {

using workflow::Effect;
using workflow::EffectAnswer;
using workflow::Facts;
using workflow::Representation;
using workflow::Submission;

constexpr std::string_view kAddress = "address";            ///< a sealed fact: the one that is being enrolled
constexpr std::string_view kProposed = "proposed_address";  ///< a sealed fact: what the account is known by
constexpr std::string_view kNoMore = "too_many_codes";      ///< a fact: no further code was sent

std::string named(std::string_view verb, const SentCodeChannel& channel) {
  return std::string(verb) + "_" + std::string(channel.kind);
}

/// A code is good for one factor row, or for one address that is to become one.
std::string use_purpose(const SentCodeChannel& channel, std::string_view factor_id) {
  return std::string(channel.kind) + " " + std::string(factor_id);
}
std::string enrol_purpose(const SentCodeChannel& channel, std::string_view address) {
  return named("enrol", channel) + " " + std::string(address);
}

/// The code of this channel's pages. One of another channel or of the other step is none.
json::object kept_code(const Facts& facts, std::string_view purpose_begin) {
  json::object kept = fact::object(facts, fact::kSentCode);
  return fact::text(kept, "step") == purpose_begin ? std::move(kept) : json::object{};
}

void add_sent_note(const Facts& facts, const json::object& kept, Representation& page) {
  const std::string recipient = fact::text(kept, "recipient");
  if (!recipient.empty()) {
    page.text = text(facts, Text::CodeSentTo, {recipient});
    page.messages.push_back({workflow::MessageKind::Recipient, recipient});
  }
  if (fact::is_set(facts, kNoMore)) {
    page.messages.push_back({workflow::MessageKind::Warning, text(facts, Text::TooManyCodes)});
  }
}

workflow::Action confirm_action(const Facts& facts) {
  return {
      .name = "confirm", .title = text(facts, Text::ConfirmAction), .main = true, .fields = {make_code_field(facts)}};
}

std::string message_text(const StepWork& work, const SecretText& code) {
  std::string client = fact::text(work.facts, fact::kClientName);
  if (client.empty()) client = work.exchange.issuer.config().display_name;
  return text(work.facts, Text::CodeMessage, {code.reveal(), client});
}

/// Makes a code and sends it with the step, unless too many were sent.
Task<Result<Facts>> make_and_send(const SentCodeChannel& channel, StepWork& work, std::string step, std::string purpose,
                                  std::string address) {
  MessageSender* sender = channel.sender(work.exchange.context);
  CO_TRY_ASSIGN(const bool may_send, co_await count_code(work, std::string(channel.kind) + "\n" + work.account_id()));
  if (!may_send || sender == nullptr) co_return Facts{{kNoMore, true}};
  NewCode made = make_code(work, purpose);
  made.kept["step"] = step;
  made.kept["recipient"] = channel.mask(address);
  send_afterwards(work, *sender, std::move(address),
                  {.subject = text(work.facts, Text::CodeSubject), .text = message_text(work, made.code)});
  co_return Facts{{fact::kSentCode, std::move(made.kept)}, {kNoMore, nullptr}};
}

/// The row of this channel; an account has one of each.
Task<Result<std::optional<store::FactorRecord>>> find_row(const SentCodeChannel& channel, StepWork& work) {
  CO_TRY_ASSIGN(auto rows, co_await work.load_factors());
  const auto row = std::ranges::find(rows, channel.kind, &store::FactorRecord::kind);
  if (row == rows.end()) co_return std::optional<store::FactorRecord>();
  co_return std::move(*row);
}

Proof make_proof(const SentCodeChannel& channel, const StepWork& work, std::string factor_id) {
  return {.factor = std::string(channel.kind),
          .factor_id = std::move(factor_id),
          .categories = {Category::Possession},
          .amr = {"otp"},
          .at = work.exchange.now};
}

std::optional<workflow::Problem> find_resend_problem(const Facts& facts, const json::object& kept) {
  const Duration wait = resend_wait(facts, kept);
  return wait > Duration{} ? std::optional(make_resend_problem(facts, wait)) : std::nullopt;
}

}  // namespace

Representation show_sent_code(const SentCodeChannel& channel, const Facts& facts) {
  Representation page{.type = "authentication-step", .title = text(facts, channel.title)};
  add_sent_note(facts, kept_code(facts, channel.kind), page);
  page.actions.push_back(confirm_action(facts));
  page.actions.push_back({.name = "resend", .title = text(facts, Text::ResendAction)});
  add_way_out(facts, page);
  return page;
}

workflow::Reaction submit_sent_code(const SentCodeChannel& channel, const Facts& facts, const Submission& submission) {
  if (submission.action == "resend") {
    auto problem = find_resend_problem(facts, kept_code(facts, channel.kind));
    return problem ? workflow::Reaction{.problem = std::move(problem)} : workflow::Reaction{.event = "resend"};
  }
  if (submission.action != "confirm") return {.event = submission.action};
  SecretText code = find_typed_code(submission);
  if (code.empty()) return {.problem = make_enter_code_problem(facts)};
  return {.effect = Effect{.name = named("check", channel), .secret = std::move(code)}};
}

Task<Result<EffectAnswer>> send_code(const SentCodeChannel& channel, StepWork& work) {
  // Who comes back to the page within a minute has a code already.
  const json::object kept = kept_code(work.facts, channel.kind);
  if (resend_wait(work.facts, kept) > Duration{}) co_return EffectAnswer{};
  CO_TRY_ASSIGN(const auto row, co_await find_row(channel, work));
  if (!row) co_return EffectAnswer{};
  CO_TRY_ASSIGN(const SecretBytes address,
                work.exchange.context.factor_key.open(row->secret, as_bytes(row->factor_id)));
  CO_TRY_ASSIGN(Facts learnt,
                co_await make_and_send(channel, work, std::string(channel.kind), use_purpose(channel, row->factor_id),
                                       std::string(as_text(address.reveal()))));
  co_return EffectAnswer{.facts = std::move(learnt)};
}

Task<Result<EffectAnswer>> check_sent_code(const SentCodeChannel& channel, StepWork& work, SecretText code) {
  const std::string account_id = work.account_id();
  Attempt attempt = make_factor_attempt(work, account_id, Counting::WithRefusal);
  CO_TRY_ASSIGN(auto wait, co_await begin_attempt(work, attempt));
  if (wait) co_return EffectAnswer{.problem = std::move(wait)};
  CO_TRY_ASSIGN(const auto row, co_await find_row(channel, work));
  const json::object kept = kept_code(work.facts, channel.kind);
  const bool is_right = row && is_code(work, kept, use_purpose(channel, row->factor_id), code);
  if (!is_right) co_return co_await refuse_attempt(work, attempt, std::string(channel.kind), "wrong or expired code");
  const std::size_t mark = store::Factors::add_touch(work.marks, account_id, row->factor_id, work.exchange.now);
  work.explain_mark(mark, make_refusal(work.facts));
  record_use(work, *row);
  EffectAnswer answer = accept(work, make_proof(channel, work, row->factor_id));
  learn(answer, facts_of_success(attempt));
  answer.facts[fact::kSentCode] = nullptr;
  co_return answer;
}

Representation show_new_address(const SentCodeChannel& channel, const Facts& facts) {
  Representation page{
      .type = "registration-step", .title = text(facts, channel.enrol_title), .text = text(facts, channel.enrol_text)};
  const json::object kept = kept_code(facts, named("enrol", channel));
  add_sent_note(facts, kept, page);
  if (!kept.empty()) page.actions.push_back(confirm_action(facts));
  const std::string before = find_opened(facts, kAddress);
  page.actions.push_back({.name = "send",
                          .title = text(facts, kept.empty() ? Text::SendCodeAction : Text::ResendAction),
                          .main = kept.empty(),
                          .fields = {{.name = "address",
                                      .label = text(facts, channel.address_label),
                                      .value = before.empty() ? find_opened(facts, kProposed) : before,
                                      .autocomplete = std::string(channel.autocomplete),
                                      .required = true,
                                      .max_length = channel.max_address_length,
                                      .kind = std::string(channel.field_kind)}}});
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Reaction submit_new_address(const SentCodeChannel& channel, const Facts& facts,
                                      const Submission& submission) {
  if (submission.action == "cancel") return {.event = "cancel", .facts = {{fact::kSentCode, nullptr}}};
  if (submission.action == "confirm") {
    SecretText code = find_typed_code(submission);
    if (code.empty()) return {.problem = make_enter_code_problem(facts)};
    return {.effect = Effect{.name = named("confirm", channel), .secret = std::move(code)}};
  }
  std::string address = channel.normalize(submission.field("address"));
  if (address.empty() || address.size() > channel.max_address_length) {
    return {.problem = workflow::Problem{
                .type = "invalid_input", .text = text(facts, channel.enter_address), .fields = {"address"}}};
  }
  if (auto problem = find_resend_problem(facts, kept_code(facts, named("enrol", channel)))) {
    return {.problem = std::move(problem)};
  }
  return {.effect = Effect{.name = named("send_new", channel), .arguments = {{"address", std::move(address)}}}};
}

Task<Result<EffectAnswer>> propose_address(const SentCodeChannel& channel, StepWork& work) {
  CO_TRY_ASSIGN(const auto account, co_await work.load_account(work.account_id()));
  const std::string proposal = account ? channel.proposal(*account) : std::string();
  if (proposal.empty()) co_return EffectAnswer{};
  co_return EffectAnswer{.facts = seal_fact(work, kProposed, proposal)};
}

Task<Result<EffectAnswer>> send_code_to_new_address(const SentCodeChannel& channel, StepWork& work,
                                                    std::string address) {
  const std::string purpose = enrol_purpose(channel, address);
  Facts sealed = seal_fact(work, kAddress, address);
  CO_TRY_ASSIGN(Facts learnt,
                co_await make_and_send(channel, work, named("enrol", channel), purpose, std::move(address)));
  workflow::merge(learnt, sealed);
  co_return EffectAnswer{.event = "sent", .facts = std::move(learnt)};
}

Task<Result<EffectAnswer>> confirm_new_address(const SentCodeChannel& channel, StepWork& work, SecretText code) {
  Attempt attempt = make_factor_attempt(work, work.account_id(), Counting::WithRefusal);
  CO_TRY_ASSIGN(auto wait, co_await begin_attempt(work, attempt));
  if (wait) co_return EffectAnswer{.problem = std::move(wait)};
  const std::string address = find_opened(work.facts, kAddress);
  const json::object kept = kept_code(work.facts, named("enrol", channel));
  if (address.empty() || !is_code(work, kept, enrol_purpose(channel, address), code)) {
    co_return co_await refuse_attempt(work, attempt, std::string(channel.kind), "wrong or expired code");
  }
  Context& context = work.exchange.context;
  const std::string factor_id = make_random_id(context.random);
  store::FactorRecord row;
  row.factor_id = factor_id;
  row.kind = channel.kind;
  row.name = channel.mask(address);
  row.secret = context.factor_key.seal(context.random, as_bytes(address), as_bytes(factor_id));
  CO_TRY_ASSIGN(auto problem, co_await add_factor(work, std::move(row), Enrolment::Instead));
  if (problem) co_return EffectAnswer{.problem = std::move(problem)};
  EffectAnswer answer = accept(work, make_proof(channel, work, factor_id), "enrolled");
  learn(answer, facts_of_success(attempt));
  learn(answer, {{fact::kSentCode, nullptr}, {fact::kSealed, nullptr}});
  co_return answer;
}

}  // namespace signet::server::authn
