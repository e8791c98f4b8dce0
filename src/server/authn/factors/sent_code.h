#pragma once
// A code that is sent to an address of the user's: what e-mail and text messages have in common.

#include "server/authn/factors/factor.h"
#include "server/authn/message_sender.h"

namespace signet::server::authn {

/// How codes travel. One constant for each way; the factor's steps and effects are made from it.
struct SentCodeChannel {
  std::string_view kind;  ///< of the factor
  Text title;
  Text enrol_title;
  Text enrol_text;
  Text address_label;
  Text enter_address;             ///< the problem of an address that is none
  std::string_view field_kind;    ///< "email", "tel"
  std::string_view autocomplete;  ///< of the address
  std::size_t max_address_length;
  MessageSender* (*sender)(const Context& context);
  /// The form in which an address is kept; empty when it is none.
  std::string (*normalize)(std::string_view typed);
  std::string (*mask)(std::string_view address);
  /// What the account is known by already; empty: nothing.
  std::string (*proposal)(const store::AccountRecord& account);
};

// Where the factor is used: the code is sent when the step is entered, and again on the event "resend".
[[nodiscard]] workflow::Representation show_sent_code(const SentCodeChannel& channel, const workflow::Facts& facts);
[[nodiscard]] workflow::Reaction submit_sent_code(const SentCodeChannel& channel, const workflow::Facts& facts,
                                                  const workflow::Submission& submission);
[[nodiscard]] Task<Result<workflow::EffectAnswer>> send_code(const SentCodeChannel& channel, StepWork& work);
[[nodiscard]] Task<Result<workflow::EffectAnswer>> check_sent_code(const SentCodeChannel& channel, StepWork& work,
                                                                   SecretText code);

// Where it is enrolled: the user says the address, and a code proves it. "sent" leads to the same step.
[[nodiscard]] workflow::Representation show_new_address(const SentCodeChannel& channel, const workflow::Facts& facts);
[[nodiscard]] workflow::Reaction submit_new_address(const SentCodeChannel& channel, const workflow::Facts& facts,
                                                    const workflow::Submission& submission);
[[nodiscard]] Task<Result<workflow::EffectAnswer>> propose_address(const SentCodeChannel& channel, StepWork& work);
[[nodiscard]] Task<Result<workflow::EffectAnswer>> send_code_to_new_address(const SentCodeChannel& channel,
                                                                            StepWork& work, std::string address);
[[nodiscard]] Task<Result<workflow::EffectAnswer>> confirm_new_address(const SentCodeChannel& channel, StepWork& work,
                                                                       SecretText code);

/// The factor of a channel: its steps and effects, named after its kind.
template <const SentCodeChannel& kChannel>
[[nodiscard]] Factor make_sent_code_factor(Text description, Text offer) {
  using workflow::Effect;
  using workflow::Facts;
  using workflow::Submission;
  static const std::string kEnrol = "enrol_" + std::string(kChannel.kind);
  static const std::string kSend = "send_" + std::string(kChannel.kind);
  static const std::string kCheck = "check_" + std::string(kChannel.kind);
  static const std::string kPropose = "propose_" + std::string(kChannel.kind);
  static const std::string kSendNew = "send_new_" + std::string(kChannel.kind);
  static const std::string kConfirm = "confirm_" + std::string(kChannel.kind);
  return {.kind = kChannel.kind,
          .title = kChannel.title,
          .description = description,
          .offer = offer,
          .categories = {Category::Possession},
          .steps = {{.name = kChannel.kind,
                     .show = [](const Facts& facts) { return show_sent_code(kChannel, facts); },
                     .on_submit = [](const Facts& facts,
                                     const Submission& form) { return submit_sent_code(kChannel, facts, form); },
                     .on_enter = [](const Facts&) { return std::optional(Effect{.name = kSend}); },
                     .events = {"accepted", "resend", "other", "cancel"}},
                    {.name = kEnrol,
                     .show = [](const Facts& facts) { return show_new_address(kChannel, facts); },
                     .on_submit = [](const Facts& facts,
                                     const Submission& form) { return submit_new_address(kChannel, facts, form); },
                     .on_enter = [](const Facts&) { return std::optional(Effect{.name = kPropose}); },
                     .events = {"enrolled", "sent", "cancel"}}},
          .effects = {{kSend, [](StepWork& work, Effect) { return send_code(kChannel, work); }},
                      {kCheck, [](StepWork& work,
                                  Effect effect) { return check_sent_code(kChannel, work, std::move(effect.secret)); }},
                      {kPropose, [](StepWork& work, Effect) { return propose_address(kChannel, work); }},
                      {kSendNew,
                       [](StepWork& work, Effect effect) {
                         return send_code_to_new_address(kChannel, work, fact::text(effect.arguments, "address"));
                       }},
                      {kConfirm,
                       [](StepWork& work, Effect effect) {
                         return confirm_new_address(kChannel, work, std::move(effect.secret));
                       }}},
          .is_configured = [](const Exchange& exchange) { return kChannel.sender(exchange.context) != nullptr; }};
}

}  // namespace signet::server::authn
