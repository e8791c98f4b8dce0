#include "server/authn/steps/held.h"

#include "base/text.h"
#include "server/authn/facts.h"
#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

using workflow::Facts;

Duration remaining(const Facts& facts) {
  const auto until = from_unix_millis(fact::integer(facts, fact::kHeldUntil));
  return std::max(until - from_unix_millis(fact::integer(facts, fact::kNow)), Duration{});
}

void add_actions(const Facts& facts, workflow::Representation& page, std::string kind) {
  page.actions.push_back(
      {.name = "continue", .title = text(facts, Text::ContinueAction), .main = true, .kind = std::move(kind)});
  page.actions.push_back({.name = "cancel", .title = text(facts, Text::CancelAction)});
}

workflow::Representation show_held(const Facts& facts) {
  workflow::Representation page{
      .type = "polling-step",
      .title = text(facts, Text::HeldTitle),
      .text = text(facts, Text::HeldText, {describe_duration(facts, std::chrono::ceil<seconds>(remaining(facts)))})};
  page.polling =
      workflow::Polling{.remaining = remaining(facts), .interval = std::max<Duration>(remaining(facts), seconds{1})};
  add_actions(facts, page, "poll");
  return page;
}

workflow::Representation show_notice(const Facts& facts) {
  workflow::Representation page{
      .type = "authentication-step", .title = text(facts, Text::NoticeTitle), .text = text(facts, Text::NoticeText)};
  page.messages.push_back({workflow::MessageKind::Warning, text(facts, Text::NoticeRelay)});
  add_actions(facts, page, "continue");
  return page;
}

workflow::Reaction leave(const Facts&, const workflow::Submission& submission) {
  return {.event = submission.action};
}

workflow::Reaction leave_notice(const Facts& facts, const workflow::Submission& submission) {
  auto taken = fact::list(facts, fact::kStepsTaken);
  taken.emplace_back("notice");
  return {.event = submission.action, .facts = {{fact::kStepsTaken, signet::to_json(taken)}}};
}

}  // namespace

const workflow::Step& held_step() {
  static const workflow::Step step{
      .name = "held", .show = show_held, .on_submit = leave, .events = {"continue", "cancel"}};
  return step;
}

const workflow::Step& notice_step() {
  static const workflow::Step step{
      .name = "notice", .show = show_notice, .on_submit = leave_notice, .events = {"continue", "cancel"}};
  return step;
}

}  // namespace signet::server::authn
