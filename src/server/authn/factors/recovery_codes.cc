// Possession: ten codes on paper for the day on which everything else is lost. Each works once.
#include "server/authn/factors/recovery_codes.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"
#include "server/authn/attempts.h"
#include "server/authn/factors/enrolment.h"
#include "server/authn/factors/factor.h"
#include "server/authn/factors/list.h"
#include "server/authn/sealed_facts.h"

namespace signet::server::authn {
namespace {

using workflow::EffectAnswer;
using workflow::Facts;
using workflow::Submission;

constexpr std::string_view kRecoveryCodes = "recovery_codes";
constexpr std::string_view kEnrol = "enrol_recovery_codes";
constexpr std::string_view kShow = "show_recovery_codes";
constexpr std::string_view kMake = "make_recovery_codes";
constexpr std::string_view kCheck = "check_recovery_code";
constexpr std::string_view kNewCodes = "recovery_codes";   ///< a sealed fact: the codes, a space between them
constexpr std::string_view kLeft = "recovery_codes_left";  ///< a fact: how many still work, when they are few
constexpr std::string_view kField = "recovery_code";
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford: no I, L, O, U
constexpr std::size_t kCodes = 10;
constexpr std::size_t kCharacters = 10;  // 50 random bits
constexpr std::size_t kFew = 3;

std::string draw_code(Random& random) {
  std::array<std::uint8_t, kCharacters> bytes{};
  random.fill(bytes);
  std::string code;
  for (const auto byte : bytes) code += kAlphabet[byte % kAlphabet.size()];
  return code;
}

std::string hash_code(const StepWork& work, std::string_view factor_id, const SecretText& code) {
  const SecretText input("recovery code\n" + std::string(factor_id) + "\n" + code.reveal());
  const auto key = as_bytes(work.exchange.context.config.master_key.reveal());
  return encode_base64url(crypto::hmac_sha256(key, as_bytes(input.reveal())));
}

std::vector<std::string> hashes_in(const store::FactorRecord& row) {
  const auto data = parse_json_object(row.data);
  return data ? fact::list(*data, "codes") : std::vector<std::string>{};
}

std::string render_hashes(const std::vector<std::string>& hashes) {
  return render_json(json::object{{"codes", signet::to_json(hashes)}});
}

workflow::Representation show(const Facts& facts) {
  workflow::Representation page{.type = "authentication-step",
                                .title = text(facts, Text::RecoveryCodesTitle),
                                .text = text(facts, Text::RecoveryCodesText)};
  page.actions.push_back({.name = "confirm",
                          .title = text(facts, Text::ConfirmAction),
                          .main = true,
                          .fields = {make_recovery_code_field(facts)}});
  add_way_out(facts, page);
  return page;
}

workflow::Representation show_enrolment(const Facts& facts) {
  workflow::Representation page{.type = "registration-step",
                                .title = text(facts, Text::EnrolRecoveryCodesTitle),
                                .text = text(facts, Text::EnrolRecoveryCodesText)};
  page.actions.push_back({.name = "make", .title = text(facts, Text::MakeCodesAction), .main = true});
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

/// The new codes, or how few are left of the old ones.
workflow::Representation show_codes(const Facts& facts) {
  const std::string codes = find_opened(facts, kNewCodes);
  const bool are_new = !facts.contains(kLeft);
  const std::string left = std::to_string(fact::integer(facts, kLeft));
  workflow::Representation page{
      .type = are_new ? "registration-step" : "authentication-step",
      .title = text(facts, are_new ? Text::ShowRecoveryCodesTitle : Text::FewRecoveryCodesTitle),
      .text = are_new ? text(facts, Text::ShowRecoveryCodesText) : text(facts, Text::FewRecoveryCodesText, {left})};
  for (const auto& code : split_words(codes)) {
    page.messages.push_back({workflow::MessageKind::UserCode, code.substr(0, 5) + "-" + code.substr(5)});
  }
  page.actions.push_back({.name = "continue", .title = text(facts, Text::ContinueAction), .main = true});
  return page;
}

workflow::Reaction on_submit(const Facts& facts, const Submission& submission) {
  if (submission.action != "confirm") return {.event = submission.action};
  SecretText code = find_typed_recovery_code(submission);
  if (code.empty()) return {.problem = make_enter_recovery_code_problem(facts)};
  return {.effect = workflow::Effect{.name = std::string(kCheck), .secret = std::move(code)}};
}

workflow::Reaction on_submit_enrolment(const Facts&, const Submission& submission) {
  if (submission.action == "cancel") return {.event = "cancel"};
  return {.effect = workflow::Effect{.name = std::string(kMake)}};
}

workflow::Reaction leave_codes(const Facts& facts, const Submission&) {
  Facts forgotten = forget_sealed(facts, kNewCodes);
  forgotten[kLeft] = nullptr;
  return {.event = "continue", .facts = std::move(forgotten)};
}

Task<Result<EffectAnswer>> make(StepWork& work, workflow::Effect) {
  const std::string factor_id = make_random_id(work.exchange.context.random);
  std::vector<std::string> codes;
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < kCodes; ++i) {
    codes.push_back(draw_code(work.exchange.context.random));
    hashes.push_back(hash_code(work, factor_id, SecretText(codes.back())));
  }
  store::FactorRecord row;
  row.factor_id = factor_id;
  row.kind = kRecoveryCodes;
  row.data = render_hashes(hashes);
  CO_TRY_ASSIGN(auto problem, co_await add_factor(work, std::move(row), Enrolment::Instead));
  if (problem) co_return EffectAnswer{.problem = std::move(problem)};
  co_return EffectAnswer{.event = "enrolled", .facts = seal_fact(work, kNewCodes, join(codes, " "))};
}

Task<Result<EffectAnswer>> check(StepWork& work, workflow::Effect effect) {
  const std::string account_id = work.account_id();
  Attempt attempt = make_factor_attempt(work, account_id, Counting::WithRefusal);
  CO_TRY_ASSIGN(auto wait, co_await begin_attempt(work, attempt));
  if (wait) co_return EffectAnswer{.problem = std::move(wait)};
  CO_TRY_ASSIGN(const auto rows, co_await work.load_factors());
  const auto spent = spend_recovery_code(work, rows, effect.secret);
  if (!spent) co_return co_await refuse_attempt(work, attempt, std::string(kRecoveryCodes), "wrong or used code");
  const bool are_few = spent->left < kFew;
  EffectAnswer answer = accept(work,
                               {.factor = std::string(kRecoveryCodes),
                                .factor_id = spent->factor_id,
                                .categories = {Category::Possession},
                                .amr = {"otp"},
                                .at = work.exchange.now},
                               are_few ? "few_left" : "accepted");
  learn(answer, facts_of_success(attempt));
  if (are_few) answer.facts[kLeft] = static_cast<std::int64_t>(spent->left);
  co_return answer;
}

}  // namespace

workflow::Field make_recovery_code_field(const Facts& facts) {
  return {.name = std::string(kField),
          .type = workflow::FieldType::Text,
          .label = text(facts, Text::RecoveryCodeLabel),
          .autocomplete = "off",
          .required = true,
          .max_length = 2 * kCharacters,
          .min_length = kCharacters};
}

SecretText find_typed_recovery_code(const Submission& submission) {
  const std::string_view typed = submission.field(kField);
  if (typed.size() > 2 * kCharacters) return {};
  std::string code;
  for (char c : typed) {
    if (c == ' ' || c == '-') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    if (!kAlphabet.contains(c)) return {};
    code += c;
  }
  return code.size() == kCharacters ? SecretText(std::move(code)) : SecretText();
}

workflow::Problem make_enter_recovery_code_problem(const Facts& facts) {
  return {.type = "invalid_input", .text = text(facts, Text::EnterRecoveryCode), .fields = {std::string(kField)}};
}

std::optional<SpentRecoveryCode> spend_recovery_code(StepWork& work, const std::vector<store::FactorRecord>& rows,
                                                     const SecretText& code) {
  for (const auto& row : rows) {
    if (row.kind != kRecoveryCodes) continue;
    std::vector<std::string> hashes = hashes_in(row);
    const std::string wanted = hash_code(work, row.factor_id, code);
    const auto found = std::ranges::find_if(
        hashes, [&](const auto& hash) { return equal_in_constant_time(as_bytes(hash), as_bytes(wanted)); });
    if (found == hashes.end()) continue;
    hashes.erase(found);
    const std::size_t mark = store::Factors::add_set_data(work.marks, row.account_id, row.factor_id, row.counter,
                                                          render_hashes(hashes), row.counter + 1, work.exchange.now);
    work.explain_mark(mark, make_refusal(work.facts));
    record_use(work, row);
    return SpentRecoveryCode{row.factor_id, hashes.size()};
  }
  return std::nullopt;
}

const Factor& recovery_codes_factor() {
  static const Factor factor{
      .kind = kRecoveryCodes,
      .title = Text::RecoveryCodesTitle,
      .description = Text::RecoveryCodesDescription,
      .offer = Text::RecoveryCodesOffer,
      .categories = {Category::Possession},
      .set_title = Text::RecoveryCodesList,
      .is_reserve = true,
      .steps =
          {{.name = kRecoveryCodes,
            .show = show,
            .on_submit = on_submit,
            .events = {"accepted", "few_left", "other", "cancel"}},
           {.name = kEnrol, .show = show_enrolment, .on_submit = on_submit_enrolment, .events = {"enrolled", "cancel"}},
           {.name = kShow, .show = show_codes, .on_submit = leave_codes, .events = {"continue"}}},
      .effects = {{kMake, make}, {kCheck, check}}};
  return factor;
}

}  // namespace signet::server::authn
