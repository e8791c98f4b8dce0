#include "server/authn/steps/choose_factor.h"

#include "server/authn/candidates.h"

namespace signet::server::authn {
namespace {

using workflow::Facts;

workflow::Action make_option(const Factor& factor, std::string title, std::string described) {
  return {.name = std::string(factor.kind),
          .title = std::move(title),
          .kind = std::string(workflow::kSelectKind),
          .text = std::move(described)};
}

std::string title_with_name(const Facts& facts, const Factor& factor, std::string_view name) {
  std::string title = text(facts, factor.title);
  return name.empty() ? title : text(facts, Text::FactorWithName, {title, name});
}

workflow::Representation show_choice(const Facts& facts) {
  workflow::Representation page{.type = "authentication-step",
                                .title = text(facts, Text::ChooseFactorTitle),
                                .text = text(facts, Text::ChooseFactorText)};
  const auto* options = facts.if_contains(fact::kFactors);
  if (options != nullptr && options->is_array()) {
    for (const json::value& option : options->get_array()) {
      if (!option.is_object()) continue;
      const Factor* factor = find_factor(peek_string(option.get_object(), "kind"));
      if (factor == nullptr) continue;
      page.actions.push_back(make_option(*factor,
                                         title_with_name(facts, *factor, peek_string(option.get_object(), "name")),
                                         text(facts, factor->description)));
    }
  }
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Representation show_enrolment(const Facts& facts) {
  // Who adds a way in the account has chosen to; in a login it is what the login needs.
  const bool is_wish = fact::is_set(facts, fact::kReturns);
  workflow::Representation page{.type = "registration-step",
                                .title = text(facts, is_wish ? Text::AddFactorTitle : Text::ChooseEnrolmentTitle),
                                .text = text(facts, is_wish ? Text::AddFactorText : Text::ChooseEnrolmentText)};
  for (const auto& kind : fact::list(facts, fact::kEnrolments)) {
    const Factor* factor = find_factor(kind);
    if (factor == nullptr) continue;
    page.actions.push_back(make_option(*factor, text(facts, title_of_set(*factor)), text(facts, factor->offer)));
  }
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

/// The page offers the kinds that may be chosen, and the engine refuses every other action.
workflow::Reaction follow_action(const Facts&, const workflow::Submission& submission) {
  return {.event = submission.action};
}

std::vector<std::string_view> kinds(bool (*is_wanted)(const Factor&)) {
  std::vector<std::string_view> events = {"cancel"};
  for (const Factor* factor : factors()) {
    if (is_wanted(*factor)) events.push_back(factor->kind);
  }
  return events;
}

}  // namespace

const workflow::Step& choose_factor_step() {
  static const workflow::Step step{
      .name = "choose_factor", .show = show_choice, .on_submit = follow_action, .events = kinds(is_asked_within)};
  return step;
}

const workflow::Step& choose_enrolment_step() {
  static const workflow::Step step{.name = "choose_enrolment",
                                   .show = show_enrolment,
                                   .on_submit = follow_action,
                                   .events = kinds([](const Factor& factor) { return factor.can_be_enrolled; })};
  return step;
}

}  // namespace signet::server::authn
