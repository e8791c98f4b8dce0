#include "workflow/engine.h"

#include <gtest/gtest.h>

namespace signet::workflow {
namespace {

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
  return {.effect = Effect{.name = "check_password",
                           .arguments = {{"username", submission.field("username")}},
                           .secret = SecretText(std::string(submission.field("password")))}};
}
Representation show_consent(const Facts&) {
  return {.type = "user-consent-step", .title = "Allow?", .actions = {{.name = "allow", .title = "Allow"}}};
}
Reaction submit_consent(const Facts&, const Submission&) {
  return {.event = "allow", .effect = Effect{.name = "record_consent", .needs_answer = false}};
}
Representation show_end(const Facts&) {
  return {.type = "finished", .title = "Done"};
}

const Step kSteps[] = {
    {.name = "password", .show = show_password, .on_submit = submit_password, .events = {"accepted", "cancel"}},
    {.name = "judge",
     .on_enter = [](const Facts&) { return std::optional(Effect{.name = "judge"}); },
     .events = {"good", "bad"}},
    {.name = "consent", .show = show_consent, .on_submit = submit_consent, .events = {"allow"}},
    {.name = "done",
     .show = show_end,
     .on_enter = [](const Facts&) { return std::optional(Effect{.name = "finish", .needs_answer = false}); }},
    {.name = "cancelled", .show = show_end},
};
const Step* find_step(std::string_view name) {
  const auto found = std::ranges::find(kSteps, name, &Step::name);
  return found == std::end(kSteps) ? nullptr : &*found;
}

json::object edge(std::string_view from, std::string_view on, std::string_view to) {
  return {{"from", from}, {"on", on}, {"to", to}};
}
json::object edge(std::string_view from, std::string_view on, std::string_view to, std::string_view fact) {
  json::object made = edge(from, on, to);
  made["when"] = json::object{{"fact", fact}};
  return made;
}
Result<Definition> parse(json::array edges) {
  return parse_definition({{"workflow", "login"}, {"edges", std::move(edges)}}, find_step);
}
json::array login_edges() {
  return {edge("start", "begin", "password"), edge("password", "accepted", "consent", "consent_needed"),
          edge("password", "accepted", "done"), edge("password", "cancel", "cancelled"),
          edge("consent", "allow", "done")};
}
const Definition kLogin = parse(login_edges()).value();
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
  EXPECT_TRUE(outcome->moved);
  const auto page = represent(kLogin, outcome->instance, kNow);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->title, "Sign in");
  EXPECT_EQ(page->view, "password");
  EXPECT_FALSE(page->problem);
}

TEST(WorkflowEngine, AnEffectThatNeedsAnAnswerLeavesTheStepWhereItIs) {
  const auto outcome = advance(kLogin, at_password(), login(1), kNow);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->moved);
  ASSERT_EQ(outcome->effects.size(), 1U);
  EXPECT_TRUE(outcome->effects.front().needs_answer);
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
  EXPECT_TRUE(done->effects.front().name == "finish");
}

TEST(WorkflowEngine, AProblemKeepsTheStepAndIsShown) {
  const auto outcome =
      advance(kLogin, at_password(),
              EffectAnswer{.event = "accepted", .problem = Problem{.type = "wrong", .text = "No."}}, kNow);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->moved);
  EXPECT_EQ(outcome->instance.step, "password");
  ASSERT_TRUE(outcome->problem);
  EXPECT_EQ(outcome->problem->text, "No.");
  EXPECT_EQ(represent(kLogin, outcome->instance, kNow, outcome->problem)->problem->text, "No.");
}

TEST(WorkflowEngine, AStalePageIsNotLookedAt) {
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
  EXPECT_EQ(represent(kLogin, at_password(), kNow + minutes{5}).error().code, ErrorCode::Expired);
}

TEST(WorkflowEngine, AnInstanceOfAnotherDefinitionIsRefused) {
  Instance instance = at_password();
  instance.definition = "other";
  EXPECT_EQ(advance(kLogin, instance, login(1), kNow).error().code, ErrorCode::Bug);
  EXPECT_EQ(represent(kLogin, instance, kNow).error().code, ErrorCode::Bug);
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
  EXPECT_TRUE(done->effects.front().name == "record_consent");
}

TEST(WorkflowEngine, AChoiceAsksAndItsAnswerLeadsOn) {
  const Definition definition =
      parse({edge("start", "begin", "judge"), edge("judge", "good", "done"), edge("judge", "bad", "cancelled")})
          .value();
  const auto asked = advance(definition, new_instance(), Begin{}, kNow);
  ASSERT_TRUE(asked);
  EXPECT_TRUE(asked->moved);
  ASSERT_EQ(asked->effects.size(), 1U);
  EXPECT_TRUE(asked->effects.front().needs_answer);
  EXPECT_EQ(represent(definition, asked->instance, kNow).error().code, ErrorCode::Bug) << "a choice has no page";
  EXPECT_EQ(advance(definition, asked->instance, EffectAnswer{.event = "bad"}, kNow)->instance.step, "cancelled");
  const auto idle = advance(definition, asked->instance, Submission{.action = "good", .version = 1}, kNow);
  ASSERT_TRUE(idle);
  EXPECT_TRUE(idle->stale) << "a choice takes nothing from outside";
}

TEST(WorkflowEngine, AFactThatIsNullIsForgotten) {
  Facts facts{{"kept", 1}, {"gone", 2}};
  merge(facts, {{"gone", nullptr}, {"new", 3}});
  EXPECT_EQ(facts, (Facts{{"kept", 1}, {"new", 3}}));
}

/// The rule a document breaks; empty when it is sound.
std::string broken_rule(json::array edges) {
  const auto parsed = parse(std::move(edges));
  return parsed ? std::string{} : std::string(parsed.error().public_text.view());
}

TEST(WorkflowDefinition, EveryEventNeedsALastEdgeWithoutACondition) {
  json::array edges = login_edges();
  edges.erase(edges.begin() + 2);
  EXPECT_EQ(broken_rule(edges), "The last edge of an event must have no condition.");
  edges.erase(edges.begin() + 1);
  EXPECT_EQ(broken_rule(edges), "An event of a step has no edge.");
}

TEST(WorkflowDefinition, StepsThatDoNotExistOrCannotBeReachedAreRefused) {
  json::array unknown = login_edges();
  unknown.push_back(edge("consent", "allow", "nowhere"));
  EXPECT_EQ(broken_rule(unknown), "An edge names a step that does not exist.");
  json::array lost = login_edges();
  lost.push_back(edge("judge", "good", "done"));
  lost.push_back(edge("judge", "bad", "cancelled"));
  EXPECT_EQ(broken_rule(lost), "A step cannot be reached from the start.");
}

TEST(WorkflowDefinition, ALoopWithoutAnEndIsRefused) {
  EXPECT_EQ(
      broken_rule({edge("start", "begin", "judge"), edge("judge", "good", "judge"), edge("judge", "bad", "judge")}),
      "A workflow needs an end.");
}

TEST(WorkflowDefinition, AnEventThatTheStepDoesNotHaveIsRefused) {
  json::array edges = login_edges();
  edges.push_back(edge("consent", "skip", "done"));
  EXPECT_EQ(broken_rule(edges), "An edge stands on an event that its step does not have.");
}

TEST(WorkflowDefinition, UnknownMembersAndWrongTypesAreRefused) {
  EXPECT_FALSE(parse_definition({{"workflow", "login"}, {"edges", login_edges()}, {"more", 1}}, find_step));
  EXPECT_FALSE(parse_definition({{"workflow", "Log in"}, {"edges", login_edges()}}, find_step));
  EXPECT_FALSE(parse_definition({{"workflow", "login"}, {"edges", "none"}}, find_step));
  json::array edges = login_edges();
  edges.front().get_object()["unless"] = true;
  EXPECT_FALSE(parse(edges));
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
