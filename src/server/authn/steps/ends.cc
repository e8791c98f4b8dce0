#include "server/authn/steps/ends.h"

#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

using workflow::Effect;
using workflow::Facts;

workflow::Representation make_end(const Facts& facts, Text title, Text sentence) {
  return {.type = "finished", .title = text(facts, title), .text = text(facts, sentence)};
}

std::optional<Effect> refuse(std::string_view ending) {
  return Effect{.name = "refuse", .arguments = {{"ending", ending}}, .needs_answer = false};
}

}  // namespace

std::span<const workflow::Step> end_steps() {
  static const workflow::Step kSteps[] = {
      {.name = "done",
       .show = [](const Facts& facts) { return make_end(facts, Text::FinishedTitle, Text::FinishedText); },
       .on_enter = [](const Facts&) { return std::optional(Effect{.name = "finish", .needs_answer = false}); }},
      {.name = "cancelled",
       .show = [](const Facts& facts) { return make_end(facts, Text::CancelledTitle, Text::CancelledText); },
       .on_enter = [](const Facts&) { return refuse("cancelled"); }},
      {.name = "denied",
       .show = [](const Facts& facts) { return make_end(facts, Text::DeniedTitle, Text::DeniedText); },
       .on_enter = [](const Facts&) { return refuse("denied"); }},
      {.name = "unmet",
       .show = [](const Facts& facts) { return make_end(facts, Text::UnmetTitle, Text::UnmetText); },
       .on_enter = [](const Facts&) { return refuse("unmet"); }},
  };
  return kSteps;
}

}  // namespace signet::server::authn
