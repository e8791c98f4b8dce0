#include "server/authn/context_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "server/admin/workflows.h"

namespace signet::server::authn {
namespace {

std::string page() {
  std::ifstream file(SIGNET_SOURCE_DIR "/docs/policies.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The first example of the page.
std::string example() {
  constexpr std::string_view kBegin = "```json\n";
  const std::string text = page();
  const auto begin = text.find(kBegin) + kBegin.size();
  return text.substr(begin, text.find("```", begin) - begin);
}

TEST(ContextFacts, ThePageAboutPoliciesPrintsTheTable) {
  EXPECT_THAT(page(), testing::HasSubstr("\n" + render_context_facts() + "\n"));
}

TEST(ContextFacts, EachIsThereOnceWithASentence) {
  std::set<std::string_view> names;
  for (const auto& fact : context_facts()) {
    EXPECT_TRUE(names.insert(fact.name).second) << fact.name;
    EXPECT_TRUE(fact.meaning.ends_with('.')) << fact.name;
    EXPECT_EQ(find_context_fact(fact.name), &fact);
  }
  EXPECT_EQ(find_context_fact("contry"), nullptr);
  EXPECT_EQ(find_context_fact(""), nullptr);
}

TEST(ContextFacts, APartStandsInsideOfAnObject) {
  for (const auto& fact : context_facts()) {
    const auto dot = fact.name.find('.');
    if (dot == std::string_view::npos) continue;
    const auto* const whole = find_context_fact(fact.name.substr(0, dot));
    ASSERT_NE(whole, nullptr) << fact.name;
    EXPECT_EQ(whole->type, FactType::Object) << fact.name;
  }
}

TEST(ContextFacts, TheExampleOnThePageMayBeApplied) {
  const auto document = parse_json_object(example());
  ASSERT_TRUE(document);
  const auto checked = admin::check_document({}, *document);
  EXPECT_TRUE(checked) << checked.error().public_text.view() << checked.error().detail;
}

TEST(ContextFacts, APaymentThatIsAbsentIsNotALargeOne) {
  const auto policy = workflow::Policy::parse(parse_json_object(example()).value());
  ASSERT_TRUE(policy);
  const json::object quiet{{"threat_level", 0}, {"failures_account", 0}, {"failure_rate_address", 0}};
  EXPECT_TRUE(to_json(policy->decide(quiet)).empty());
  json::object paying = quiet;
  paying["payment"] = {{"amount", 2000}};
  EXPECT_TRUE(policy->decide(paying).phishing_resistant);
  paying["payment"] = {{"currency", "EUR"}};
  EXPECT_TRUE(policy->decide(paying).phishing_resistant) << "an amount that is not told may be large";
}

}  // namespace
}  // namespace signet::server::authn
