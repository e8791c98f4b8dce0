#include "workflow/engine.h"

#include <gtest/gtest.h>

namespace signet::workflow {
namespace {

bool needs_consent(const Facts& facts) {
  return facts.contains("consent_needed");
}

Representation show_password(const Facts& facts) {
  Representation page{.type = "authentication-step", .title = "Sign in"};
  page.account = peek_string(facts, "account");
  page.actions = {{.name = "login", .title = "Sign in"}, {.name = "cancel", .title = "Cancel"}};
  return page;
}
Reaction submit_password(const Facts&, const Submission& submission) {
  if (submission.action == "cancel") return {.event = "cancel"};
  if (submission.field("username").empty())
    return {.problem = Problem{.type = "invalid_input", .text = "Enter a name."}};
  return {.effect = CheckPassword{std::string(submission.field("username")),
                                  SecretText(std::string(submission.field("password")))}};
}
Representation show_consent(const Facts&) {
  return {.type = "user-consent-step", .title = "Allow?", .actions = {{.name = "allow", .title = "Allow"}}};
}
Reaction submit_consent(const Facts&, const Submission&) {
  return {.event = "allow", .effect = RecordConsent{}};
}
Representation show_end(const Facts&) {
  return {.type = "finished", .title = "Done"};
}

constexpr Step kSteps[] = {
    {.name = "password", .show = show_password, .on_submit = submit_password},
    {.name = "consent", .show = show_consent, .on_submit = submit_consent},
    {.name = "done", .show = show_end, .on_enter = [] { return std::optional<Effect>(FinishAuthorization{}); }},
    {.name = "cancelled", .show = show_end, .on_enter = [] { return std::optional<Effect>(RefuseAuthorization{}); }},
};
constexpr Edge kEdges[] = {
    {"start", "begin", "password"},   {"password", "accepted", "consent", {"consent needed", needs_consent}},
    {"password", "accepted", "done"}, {"password", "cancel", "cancelled"},
    {"consent", "allow", "done"},
};
const Definition kLogin{"login", "start", kSteps, kEdges};
constexpr Instant kNow = from_unix_seconds(1'800'000'000);

Instance new_instance() {
  return {.definition = "login", .step = "start", .expires_at = kNow + minutes{5}};
}
Instance at_password() {
  return advance(kLogin, new_instance(), Begin{}, kNow)->instance;
}
Submission login(std::int64_t version) {
  return {.action = "login", .version = version, .fields = {{"username", "ada"}, {"password", "secret"}}};
}

TEST(WorkflowEngine, TheStartLeadsToTheFirstPage) {
  const auto outcome = advance(kLogin, new_instance(), Begin{}, kNow);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->instance.step, "password");
  EXPECT_EQ(outcome->representation.title, "Sign in");
  EXPECT_TRUE(outcome->moved);
}

TEST(WorkflowEngine, AnEffectThatNeedsAnAnswerLeavesTheStepWhereItIs) {
  const auto outcome = advance(kLogin, at_password(), login(1), kNow);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->moved);
  ASSERT_EQ(outcome->effects.size(), 1U);
  EXPECT_TRUE(needs_answer(outcome->effects.front()));
}

TEST(WorkflowEngine, AnAnswerFollowsTheFirstEdgeWhoseGuardHolds) {
  const auto consent =
      advance(kLogin, at_password(), EffectAnswer{.event = "accepted", .facts = {{"consent_needed", true}}}, kNow);
  ASSERT_TRUE(consent);
  EXPECT_EQ(consent->instance.step, "consent");
  const auto done = advance(kLogin, at_password(), EffectAnswer{.event = "accepted"}, kNow);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->instance.step, "done");
  ASSERT_EQ(done->effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<FinishAuthorization>(done->effects.front()));
}

TEST(WorkflowEngine, AProblemKeepsTheStepAndIsShown) {
  const auto outcome =
      advance(kLogin, at_password(),
              EffectAnswer{.event = "accepted", .problem = Problem{.type = "wrong", .text = "No."}}, kNow);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->moved);
  EXPECT_EQ(outcome->instance.step, "password");
  ASSERT_TRUE(outcome->representation.problem);
  EXPECT_EQ(outcome->representation.problem->text, "No.");
}

TEST(WorkflowEngine, AStalePageIsShownAnewAndItsAnswerIsNotLookedAt) {
  const auto outcome = advance(kLogin, at_password(), login(0), kNow);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->stale);
  EXPECT_TRUE(outcome->effects.empty());
  EXPECT_EQ(outcome->instance.step, "password");
}

TEST(WorkflowEngine, AnActionThatThePageDoesNotOfferIsRefused) {
  const auto outcome = advance(kLogin, at_password(), Submission{.action = "allow", .version = 1}, kNow);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::InvalidRequest);
}

TEST(WorkflowEngine, AStepCannotBeSkippedByAnEventWithoutAnEdge) {
  const auto outcome = advance(kLogin, at_password(), EffectAnswer{.event = "allow"}, kNow);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Bug);
}

TEST(WorkflowEngine, NothingLeavesAnEnd) {
  const Instance cancelled =
      advance(kLogin, at_password(), Submission{.action = "cancel", .version = 1}, kNow)->instance;
  EXPECT_TRUE(is_finished(kLogin, cancelled));
  const auto again = advance(kLogin, cancelled, login(cancelled.version), kNow);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->stale);
  EXPECT_TRUE(again->effects.empty());
}

TEST(WorkflowEngine, AnExpiredInstanceDoesNotMove) {
  const auto outcome = advance(kLogin, at_password(), login(1), kNow + minutes{5});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Expired);
}

TEST(WorkflowEngine, AnInstanceOfAnotherDefinitionIsRefused) {
  Instance instance = at_password();
  instance.definition = "other";
  EXPECT_EQ(advance(kLogin, instance, Show{}, kNow).error().code, ErrorCode::Bug);
}

TEST(WorkflowEngine, EveryStepHasItsVersion) {
  Instance instance = at_password();
  EXPECT_EQ(instance.version, 1);
  instance =
      advance(kLogin, instance, EffectAnswer{.event = "accepted", .facts = {{"consent_needed", true}}}, kNow)->instance;
  EXPECT_EQ(instance.version, 2);
  const auto done = advance(kLogin, instance, Submission{.action = "allow", .version = 2}, kNow);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->instance.version, 3);
  ASSERT_EQ(done->effects.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<RecordConsent>(done->effects.front()));
}

TEST(WorkflowDefinition, IsSoundWhenEveryStepIsReachedAndLeft) {
  EXPECT_TRUE(check_definition(kLogin));
}

TEST(WorkflowDefinition, AGuardedEdgeWithoutAnotherWayIsABug) {
  constexpr Edge edges[] = {{"start", "begin", "password", {"consent needed", needs_consent}}};
  constexpr Step steps[] = {{.name = "password", .show = show_end}};
  EXPECT_FALSE(check_definition({"broken", "start", steps, edges}));
}

TEST(WorkflowDefinition, AnUnknownStepOrAnUnreachableOneIsABug) {
  constexpr Step steps[] = {{.name = "done", .show = show_end}, {.name = "lost", .show = show_end}};
  constexpr Edge to_nowhere[] = {{"start", "begin", "nowhere"}};
  EXPECT_FALSE(check_definition({"broken", "start", steps, to_nowhere}));
  constexpr Edge to_done[] = {{"start", "begin", "done"}};
  EXPECT_FALSE(check_definition({"broken", "start", steps, to_done}));
}

TEST(WorkflowRepresentation, EveryActionCarriesItsNameAndTheHiddenFields) {
  Representation page = show_password({});
  address_actions(page, "/login/h", {{.name = "form_token", .type = FieldType::Hidden, .value = "t"}});
  for (const Action& action : page.actions) {
    EXPECT_EQ(action.href, "/login/h");
    ASSERT_EQ(action.fields.size(), 2U);
    EXPECT_EQ(action.fields.back().value, action.name);
  }
}

}  // namespace
}  // namespace signet::workflow
