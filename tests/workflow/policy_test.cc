#include "workflow/policy.h"

#include <gtest/gtest.h>

#include <set>

namespace signet::workflow {
namespace {

json::object object_of(std::string_view text) {
  auto object = parse_json_object(text);
  if (!object) throw std::runtime_error("not a JSON object: " + std::string(text));
  return *object;
}
Policy policy(std::string_view rules) {
  auto parsed = Policy::parse(object_of(R"({"policy":"login","rules":)" + std::string(rules) + "}"));
  if (!parsed) throw std::runtime_error(std::string(parsed.error().public_text.view()) + parsed.error().detail);
  return *parsed;
}
Decision decide(std::string_view rules, std::string_view context) {
  return policy(rules).decide(object_of(context));
}
Error refused(std::string_view document) {
  const auto parsed = Policy::parse(object_of(document));
  if (parsed) return {ErrorCode::Bug, "(accepted)"};
  EXPECT_EQ(parsed.error().code, ErrorCode::Malformed);
  return parsed.error();
}
/// The public text of the refusal of a policy with this one rule.
std::string rule_refusal(std::string_view rule) {
  return std::string(refused(R"({"policy":"login","rules":[)" + std::string(rule) + "]}").public_text.view());
}
std::string outcome_refusal(std::string_view then) {
  return rule_refusal(R"({"name":"r","then":)" + std::string(then) + "}");
}

constexpr auto kRules = R"([
  {"name":"threat is raised","when":{"fact":"threat_level","at_least":2},"then":{"categories":2}},
  {"name":"large payments","when":{"fact":"payment.amount","at_least":1000},
   "then":{"phishing_resistant":true,"max_age":300}},
  {"name":"embargo","when":{"fact":"country","in":["XX"]},"when_unknown":"skip","then":{"deny":"country"}}])";

TEST(Policy, OnlyRulesWhoseConditionHoldsApply) {
  const auto decision = decide(kRules, R"({"threat_level":2,"payment":{"amount":10},"country":"DE"})");
  EXPECT_EQ(decision.rules, std::vector<std::string>{"threat is raised"});
  EXPECT_EQ(decision.categories, 2);
  EXPECT_FALSE(decision.phishing_resistant);
  EXPECT_FALSE(decision.deny);
}

TEST(Policy, ARuleThatCannotBeEvaluatedApplies) {
  const auto decision = decide(kRules, R"({"threat_level":"high","payment":{"amount":"1"}})");
  EXPECT_EQ(decision.rules, (std::vector<std::string>{"threat is raised", "large payments"}));
  EXPECT_EQ(decision.max_age, minutes{5});
}

TEST(Policy, ARuleMaySaySoAndBeSkipped) {
  EXPECT_FALSE(decide(kRules, "{}").deny);
  EXPECT_EQ(decide(kRules, R"({"country":"XX"})").deny, "country");
}

TEST(Policy, ARuleWithoutConditionAppliesAlways) {
  EXPECT_TRUE(decide(R"([{"name":"all","then":{"notify":true}}])", "{}").notify);
}

TEST(Policy, TheStrictestOfEachOutcomeIsTaken) {
  constexpr auto kFirst = R"({"name":"a","then":{"categories":2,"max_age":300,"hold":5,"acr":"mfa","factor":["totp"],
    "step":"notice"}})";
  constexpr auto kSecond = R"({"name":"b","then":{"categories":1,"max_age":60,"hold":9,"acr":["high","mfa"],
    "hardware":true,"phishing_resistant":true,"consent":true,"no_enrolment":true}})";
  for (const auto& rules :
       {"[" + std::string(kFirst) + "," + kSecond + "]", "[" + std::string(kSecond) + "," + kFirst + "]"}) {
    const auto decision = decide(rules, "{}");
    EXPECT_EQ(decision.categories, 2);
    EXPECT_EQ(decision.max_age, seconds{60});
    EXPECT_EQ(decision.hold, seconds{9});
    EXPECT_TRUE(decision.hardware && decision.phishing_resistant && decision.consent && decision.no_enrolment);
    EXPECT_EQ(std::set<std::string>(decision.acr.begin(), decision.acr.end()), (std::set<std::string>{"mfa", "high"}));
    EXPECT_EQ(decision.acr.size(), 2U);
    EXPECT_EQ(decision.factors, std::vector<std::string>{"totp"});
    EXPECT_EQ(decision.steps, std::vector<std::string>{"notice"});
  }
}

TEST(Policy, NoRuleAsksForLess) {
  EXPECT_EQ(outcome_refusal(R"({"phishing_resistant":false})"), "phishing_resistant can only be true.");
  EXPECT_EQ(outcome_refusal(R"({"hardware":false})"), "hardware can only be true.");
  EXPECT_EQ(outcome_refusal(R"({"consent":false})"), "consent can only be true.");
  EXPECT_EQ(outcome_refusal(R"({"notify":0})"), "notify can only be true.");
  EXPECT_EQ(outcome_refusal(R"({"categories":0})"), "categories takes a number from 1 to 3.");
  EXPECT_EQ(outcome_refusal(R"({"hold":0})"), "hold takes a number of seconds from 1 to 900.");
}

TEST(Policy, RefusesOutcomesOfAnotherTypeOrRange) {
  EXPECT_EQ(outcome_refusal(R"({"categories":4})"), "categories takes a number from 1 to 3.");
  EXPECT_EQ(outcome_refusal(R"({"categories":"2"})"), "categories takes a number from 1 to 3.");
  EXPECT_EQ(outcome_refusal(R"({"categories":1.5})"), "categories takes a number from 1 to 3.");
  EXPECT_EQ(outcome_refusal(R"({"max_age":-1})"), "max_age takes a number of seconds, at most a year.");
  EXPECT_EQ(outcome_refusal(R"({"max_age":31536001})"), "max_age takes a number of seconds, at most a year.");
  EXPECT_EQ(outcome_refusal(R"({"hold":901})"), "hold takes a number of seconds from 1 to 900.");
  EXPECT_EQ(outcome_refusal(R"({"deny":""})"), "deny takes a reason of 1 to 100 characters.");
  EXPECT_EQ(outcome_refusal(R"({"deny":true})"), "deny takes a reason of 1 to 100 characters.");
  EXPECT_EQ(outcome_refusal(R"({"deny":"a\nb"})"), "deny takes a reason of 1 to 100 characters.");
  EXPECT_EQ(outcome_refusal(R"({"acr":[]})"), "acr takes a level or a list of levels.");
  EXPECT_EQ(outcome_refusal(R"({"acr":["mfa",7]})"), "acr takes a level or a list of levels.");
  EXPECT_EQ(outcome_refusal(R"({"factor":7})"), "factor takes a kind of factor or a list of kinds.");
  EXPECT_EQ(outcome_refusal(R"({"step":""})"), "step takes the name of a step or a list of names.");
  EXPECT_EQ(outcome_refusal(R"({"no_enrolment":false})"), "no_enrolment can only be true.");
  EXPECT_EQ(outcome_refusal(R"({"allow":true})"), "then has an outcome that is unknown.");
  for (const std::string_view nothing : {"{}", "null", "[]", "true"})
    EXPECT_EQ(outcome_refusal(nothing), "then takes an object with at least one outcome.");
  EXPECT_EQ(rule_refusal(R"({"name":"r"})"), "then takes an object with at least one outcome.");
}

TEST(Policy, AMisspeltMemberIsNoRuleThatAlwaysApplies) {
  constexpr auto kMembers = "A rule has no members but name, when, when_unknown and then.";
  EXPECT_EQ(rule_refusal(R"({"name":"r","wen":{"fact":"a"},"then":{"notify":true}})"), kMembers);
  EXPECT_EQ(refused(R"({"policy":"login","rules":[],"rule":[]})").public_text.view(),
            "A policy has no members but policy, rules and observe.");
}

TEST(Policy, RefusesRulesThatAreNotWhole) {
  EXPECT_EQ(rule_refusal("7"), "A rule is an object.");
  EXPECT_EQ(rule_refusal(R"({"then":{"notify":true}})"), "A rule has a name of 1 to 100 characters.");
  EXPECT_EQ(rule_refusal(R"({"name":"","then":{"notify":true}})"), "A rule has a name of 1 to 100 characters.");
  EXPECT_EQ(rule_refusal(R"({"name":"r","when":null,"then":{"notify":true}})"), "A condition is an object.");
  EXPECT_EQ(rule_refusal(R"({"name":"r","when_unknown":"apply","then":{"notify":true}})"),
            "when_unknown can only be \"skip\".");
  EXPECT_EQ(rule_refusal(R"({"name":"r","then":{"notify":true}},{"name":"r","then":{"notify":true}})"),
            "Each rule has a name of its own.");
  EXPECT_EQ(refused(R"({"policy":"login"})").public_text.view(), "rules takes a list of rules.");
  EXPECT_EQ(refused(R"({"rules":[]})").public_text.view(), "policy takes a name of 1 to 100 characters.");
  EXPECT_EQ(refused(R"({"policy":["login"],"rules":[]})").public_text.view(),
            "policy takes a name of 1 to 100 characters.");
}

TEST(Policy, TheReasonNamesTheRule) {
  const auto error = refused(
      R"({"policy":"login","rules":[{"name":"night","when":{"fact":"hour","at_least":"22"},"then":{"notify":true}}]})");
  EXPECT_EQ(error.public_text.view(), "at_least takes a number.");
  EXPECT_EQ(error.detail, "rule \"night\": hour");
}

TEST(Policy, HasAtMost200Rules) {
  json::array rules;
  for (int i = 0; i < 200; ++i) rules.push_back({{"name", std::to_string(i)}, {"then", {{"notify", true}}}});
  EXPECT_TRUE(Policy::parse({{"policy", "login"}, {"rules", rules}}));
  rules.push_back({{"name", "200"}, {"then", {{"notify", true}}}});
  const auto refusal = Policy::parse({{"policy", "login"}, {"rules", rules}});
  ASSERT_FALSE(refusal);
  EXPECT_EQ(refusal.error().public_text.view(), "A policy has at most 200 rules.");
}

TEST(Policy, AnEmptyPolicyAsksForNothing) {
  const auto empty = policy("[]");
  EXPECT_EQ(empty.name(), "login");
  EXPECT_TRUE(to_json(empty.decide({})).empty());
}

TEST(Policy, NamesTheFactsAndStepsItMentions) {
  EXPECT_EQ(policy(kRules).fact_names(), (std::vector<std::string>{"threat_level", "payment.amount", "country"}));
  EXPECT_EQ(policy(R"([{"name":"a","then":{"step":["x","y"]}},{"name":"b","then":{"step":"x"}}])").step_names(),
            (std::vector<std::string>{"x", "y"}));
}

TEST(Policy, ADecisionIsToldWithoutWhatItDoesNotAsk) {
  EXPECT_EQ(render_json(to_json(decide(kRules, R"({"threat_level":3,"payment":{"amount":5000},"country":"XX"})"))),
            R"({"rules":["threat is raised","large payments","embargo"],"deny":"country","categories":2,)"
            R"("phishing_resistant":true,"max_age":300})");
  EXPECT_EQ(
      render_json(to_json(decide(
          R"([{"name":"a","then":{"step":"notice","factor":"totp","acr":"mfa","hold":7,"hardware":true}}])", "{}"))),
      R"({"rules":["a"],"hardware":true,"acr":["mfa"],"factor":["totp"],"step":["notice"],"hold":7})");
}

TEST(Policy, FactsCanBeObservedWithoutARule) {
  const auto parsed = Policy::parse(object_of(R"({"policy":"login","rules":[],"observe":["country","hour"]})"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->fact_names(), (std::vector<std::string>{"country", "hour"}));
  EXPECT_TRUE(to_json(parsed->decide({})).empty());
  for (const std::string wrong : {R"("country")", "[]", "[1]", R"([""])", "{}", "null"}) {
    EXPECT_EQ(refused(R"({"policy":"login","rules":[],"observe":)" + wrong + "}").public_text.view(),
              "observe takes a list of 1 to 20 facts.")
        << wrong;
  }
}

}  // namespace
}  // namespace signet::workflow
