#include "server/authn/steps/choose_factor.h"

#include "server/authn/candidates.h"

namespace signet::server::authn {
namespace {

using workflow::Facts;

workflow::Action make_option(const Facts& facts, const Factor& factor, std::string_view name) {
  return {.name = std::string(factor.kind),
          .title = name.empty() ? text(facts, factor.title)
                                : text(facts, Text::FactorWithName, {text(facts, factor.title), name}),
          .kind = std::string(workflow::kSelectKind),
          .text = text(facts, factor.description)};
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
      if (factor != nullptr)
        page.actions.push_back(make_option(facts, *factor, peek_string(option.get_object(), "name")));
    }
  }
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
  return page;
}

workflow::Representation show_enrolment(const Facts& facts) {
  workflow::Representation page{.type = "registration-step",
                                .title = text(facts, Text::ChooseEnrolmentTitle),
                                .text = text(facts, Text::ChooseEnrolmentText)};
  for (const auto& kind : fact::list(facts, fact::kEnrolments)) {
    const Factor* factor = find_factor(kind);
    if (factor != nullptr) page.actions.push_back(make_option(facts, *factor, {}));
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
