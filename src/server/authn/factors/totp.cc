// Possession: an authenticator app that shows a new code every half minute. Spec: RFC6238
#include "server/authn/factors/totp.h"

#include <algorithm>

#include "crypto/one_time_password.h"
#include "server/authn/attempts.h"
#include "server/authn/factors/enrolment.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/list.h"
#include "server/authn/factors/one_time_code.h"
#include "server/authn/qr.h"
#include "server/authn/sealed_facts.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;
using workflow::Submission;

constexpr std::string_view kTotp = "totp";
constexpr std::string_view kEnrol = "enrol_totp";
constexpr std::string_view kBegin = "begin_totp";      ///< makes the key of a new app
constexpr std::string_view kConfirm = "confirm_totp";  ///< takes it when the app shows the right code
constexpr std::string_view kCheck = "check_totp";
constexpr std::string_view kKey = "totp_key";  ///< a sealed fact: base64url
constexpr std::string_view kNew = "new_totp";  ///< a fact: {"issuer", "account"}, the label in the app
constexpr std::size_t kMostLabelBytes = 40;    // so that the QR code stays coarse

std::string cut_label(std::string_view label) {
  std::size_t end = std::min(label.size(), kMostLabelBytes);
  while (end > 0 && end < label.size() && (label[end] & '\xc0') == '\x80') --end;
  return std::string(label.substr(0, end));
}

SecretBytes new_key(const Facts& facts) {
  auto key = decode_base64url(find_opened(facts, kKey));
  return key ? SecretBytes(*std::move(key)) : SecretBytes();
}

/// In groups of four, as a person types it; apps leave out the spaces.
std::string for_typing(const std::string& key) {
  std::string grouped;
  for (std::size_t at = 0; at < key.size(); at += 4) grouped += (at == 0 ? "" : " ") + key.substr(at, 4);
  return grouped;
}

void add_key(const Facts& facts, workflow::Representation& page) {
  const SecretBytes key = new_key(facts);
  const json::object label = fact::object(facts, kNew);
  const std::string uri = crypto::render_otpauth_uri(fact::text(label, "issuer"), fact::text(label, "account"), key);
  page.messages.push_back({workflow::MessageKind::UserCode, for_typing(encode_base32(key.reveal()))});
  page.links.push_back(make_qr_link("activation", text(facts, Text::TotpPicture), uri));
  page.links.push_back({.rel = "activation", .href = uri, .title = text(facts, Text::TotpLink)});
}

workflow::Action confirm_action(const Facts& facts) {
  return {
      .name = "confirm", .title = text(facts, Text::ConfirmAction), .main = true, .fields = {make_code_field(facts)}};
}

workflow::Representation show(const Facts& facts) {
  workflow::Representation page{
      .type = "authentication-step", .title = text(facts, Text::TotpTitle), .text = text(facts, Text::TotpText)};
  page.actions.push_back(confirm_action(facts));
  add_way_out(facts, page);
  return page;
}

workflow::Representation show_enrolment(const Facts& facts) {
  workflow::Representation page{.type = "registration-step",
                                .title = text(facts, Text::EnrolTotpTitle),
                                .text = text(facts, Text::EnrolTotpText)};
  add_key(facts, page);
  page.actions.push_back(confirm_action(facts));
  page.actions.back().fields.push_back(make_name_field(facts));
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const Submission& submission) {
  if (submission.action != "confirm") return {.event = submission.action};
  SecretText code = find_typed_code(submission);
  if (code.empty()) return {.problem = make_enter_code_problem(facts)};
  return {.effect = workflow::Effect{.name = std::string(kCheck), .secret = std::move(code)}};
}

workflow::Reaction on_submit_enrolment(const Facts& facts, const Submission& submission) {
  if (submission.action != "confirm") return {.event = submission.action, .facts = forget_sealed(facts, kKey)};
  SecretText code = find_typed_code(submission);
  if (code.empty()) return {.problem = make_enter_code_problem(facts)};
  return {.effect = workflow::Effect{.name = std::string(kConfirm),
                                     .arguments = {{"name", find_typed_name(submission.field("name"))}},
                                     .secret = std::move(code)}};
}

Task<Result<EffectAnswer>> begin(StepWork& work, workflow::Effect) {
  CO_TRY_ASSIGN(const auto account, co_await work.load_account(work.account_id()));
  const SecretBytes key = crypto::make_one_time_password_key(work.exchange.context.random);
  Facts learnt = seal_fact(work, kKey, encode_base64url(key.reveal()));
  learnt[kNew] = json::object{{"issuer", cut_label(work.exchange.issuer.config().display_name)},
                              {"account", cut_label(account ? account->username : std::string())}};
  co_return EffectAnswer{.facts = std::move(learnt)};
}

Proof make_proof(const StepWork& work, std::string factor_id) {
  return {.factor = std::string(kTotp),
          .factor_id = std::move(factor_id),
          .categories = {Category::Possession},
          .amr = {"otp"},
          .at = work.exchange.now};
}

Task<Result<EffectAnswer>> confirm(StepWork& work, workflow::Effect effect) {
  Context& context = work.exchange.context;
  const SecretBytes key = new_key(work.facts);
  const auto step = crypto::find_totp_step(key, effect.secret.reveal(), work.exchange.now, 0);
  // Nothing can be guessed here: who enrols the app sees its key.
  if (!step || key.empty()) {
    co_return EffectAnswer{.problem = workflow::Problem{.type = "incorrect_credentials",
                                                        .text = text(work.facts, Text::WrongCode),
                                                        .fields = {"code"}}};
  }
  std::string factor_id = make_random_id(context.random);
  // The code that confirmed the app is used, too (RFC6238-5.2).
  CO_TRY_ASSIGN(auto problem, co_await add_factor(
                                  work,
                                  {.factor_id = factor_id,
                                   .account_id = {},
                                   .issuer = {},
                                   .kind = std::string(kTotp),
                                   .name = fact::text(effect.arguments, "name"),
                                   .secret = context.factor_key.seal(context.random, key.reveal(), as_bytes(factor_id)),
                                   .counter = static_cast<std::int64_t>(*step),
                                   .last_used_at = work.exchange.now},
                                  Enrolment::Beside));
  if (problem) co_return EffectAnswer{.problem = std::move(problem)};
  EffectAnswer answer = accept(work, make_proof(work, std::move(factor_id)), "enrolled");
  learn(answer, forget_sealed(work.facts, kKey));
  answer.facts[kNew] = nullptr;
  co_return answer;
}

struct Match {
  store::FactorRecord row;
  std::int64_t step = 0;
};

/// The app of the account that shows this code now. Fails: BadSignature (a row that is not ours)
Result<std::optional<Match>> find_match(const StepWork& work, const std::vector<store::FactorRecord>& rows,
                                        const SecretText& code) {
  std::optional<Match> match;
  for (const auto& row : rows) {
    if (row.kind != kTotp) continue;
    TRY_ASSIGN(const SecretBytes key, work.exchange.context.factor_key.open(row.secret, as_bytes(row.factor_id)));
    const auto step = crypto::find_totp_step(key, code.reveal(), work.exchange.now,
                                             static_cast<std::uint64_t>(std::max<std::int64_t>(row.counter, 0)));
    if (step && !match) match = Match{row, static_cast<std::int64_t>(*step)};
  }
  return match;
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect effect) {
  const std::string account_id = work.account_id();
  Attempt attempt = make_factor_attempt(work, account_id, Counting::WithRefusal);
  CO_TRY_ASSIGN(auto wait, co_await begin_attempt(work, attempt));
  if (wait) co_return EffectAnswer{.problem = std::move(wait)};
  CO_TRY_ASSIGN(const auto rows, co_await work.load_factors());
  CO_TRY_ASSIGN(auto proof, use_totp_code(work, rows, effect.secret));
  if (!proof) co_return co_await refuse_attempt(work, attempt, std::string(kTotp), "wrong or used code");
  EffectAnswer answer = accept(work, *std::move(proof));
  learn(answer, facts_of_success(attempt));
  co_return answer;
}

}  // namespace

bool has_totp(const std::vector<store::FactorRecord>& rows) {
  return std::ranges::find(rows, kTotp, &store::FactorRecord::kind) != rows.end();
}

Result<std::optional<Proof>> use_totp_code(StepWork& work, const std::vector<store::FactorRecord>& rows,
                                           const SecretText& code) {
  TRY_ASSIGN(const auto match, find_match(work, rows, code));
  if (!match) return std::nullopt;
  const store::FactorRecord& row = match->row;
  const std::size_t mark =
      store::Factors::add_use(work.marks, row.account_id, row.factor_id, match->step, work.exchange.now);
  work.explain_mark(mark, make_refusal(work.facts));
  record_use(work, row);
  return make_proof(work, row.factor_id);
}

const Factor& totp_factor() {
  static const Factor factor{
      .kind = kTotp,
      .title = Text::TotpTitle,
      .description = Text::TotpDescription,
      .offer = Text::TotpOffer,
      .categories = {Category::Possession},
      .steps = {{.name = kTotp, .show = show, .on_submit = on_submit, .events = {"accepted", "other", "cancel"}},
                {.name = kEnrol,
                 .show = show_enrolment,
                 .on_submit = on_submit_enrolment,
                 .on_enter = [](const Facts&) { return std::optional(workflow::Effect{.name = std::string(kBegin)}); },
                 .events = {"enrolled", "cancel"}}},
      .effects = {{kBegin, begin}, {kConfirm, confirm}, {kCheck, check}}};
  return factor;
}

}  // namespace signet::server::authn
