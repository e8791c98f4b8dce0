#include "server/authn/policy_documents.h"

#include <thread>

#include "server/authn/workflows.h"
#include "support/database.h"
#include "support/workflow_document.h"

namespace signet::server::authn {
namespace {

using store::DocumentKey;
using store::DocumentKind;
using test::value_of;

workflow::Representation show(const workflow::Facts&) {
  return {.type = "finished", .title = "Done"};
}
const workflow::Step kDone{.name = "done", .show = show};
const workflow::Step* find_test_step(std::string_view name) {
  return name == kDone.name ? &kDone : nullptr;
}

Result<workflow::Definition> parse_test_workflow(const json::object& document) {
  return workflow::parse_definition(document, find_test_step);
}

constexpr auto kTwoCategories = R"({"policy":"login","rules":[{"name":"all","then":{"categories":2}}]})";
constexpr auto kThreeCategories = R"({"policy":"login","rules":[{"name":"all","then":{"categories":3}}]})";
constexpr auto kWorkflow = R"({"workflow":"login","edges":[{"from":"start","on":"begin","to":"done"}]})";

class PolicyDocuments : public test::StoreTest {
 public:
  void apply(DocumentKind kind, std::string document, std::int64_t version, std::int64_t expected) {
    sql::Batch batch;
    store::WorkflowDocuments::add_apply(batch,
                                        {.key = {.issuer = "main", .kind = kind, .name = "login"},
                                         .version = version,
                                         .document = std::move(document),
                                         .actor = "ada",
                                         .created_at = now},
                                        expected);
    write(std::move(batch));
  }
  InForce load(const std::string& issuer_id = "main") { return value_of(run_blocking(documents.load(issuer_id, now))); }
  std::int64_t categories() { return load().policy->decide({}).categories; }

  authn::PolicyDocuments documents{store, parse_test_workflow};
};

TEST_F(PolicyDocuments, WithoutAStoredPolicyOnlyARaisedThreatLevelCounts) {
  const InForce in_force = load();
  EXPECT_EQ(in_force.policy->name(), "login");
  EXPECT_TRUE(to_json(in_force.policy->decide({{"threat_level", 0}})).empty());
  EXPECT_EQ(in_force.policy->decide({{"threat_level", 2}}).steps, std::vector<std::string>{"notice"});
  EXPECT_EQ(in_force.policy->decide({{"threat_level", 3}}).categories, 2);
  EXPECT_FALSE(in_force.policy->decide({{"threat_level", 3}}).no_enrolment);
  EXPECT_TRUE(in_force.policy->decide({{"threat_level", 4}}).phishing_resistant);
  EXPECT_TRUE(in_force.policy->decide({{"threat_level", 4}}).no_enrolment);
  EXPECT_EQ(in_force.policy_version, 0);
  EXPECT_EQ(in_force.workflow_version("login"), 0);
  EXPECT_EQ(in_force.threat_level, 0);
}

TEST_F(PolicyDocuments, AChangeCountsAtTheNextLoginOfEveryNode) {
  authn::PolicyDocuments other_node{store, parse_test_workflow};
  apply(DocumentKind::Policy, kTwoCategories, 1, 0);
  EXPECT_EQ(categories(), 2);
  apply(DocumentKind::Policy, kThreeCategories, 2, 1);
  EXPECT_EQ(categories(), 3);
  EXPECT_EQ(value_of(run_blocking(other_node.load("main", now))).policy_version, 2);
  sql::Batch rollback;
  store::WorkflowDocuments::add_activate(rollback, {.issuer = "main", .kind = DocumentKind::Policy, .name = "login"}, 1,
                                         2);
  write(std::move(rollback));
  EXPECT_EQ(categories(), 2);
}

TEST_F(PolicyDocuments, AVersionIsParsedOnce) {
  apply(DocumentKind::Policy, kTwoCategories, 1, 0);
  apply(DocumentKind::Workflow, kWorkflow, 1, 0);
  EXPECT_EQ(load().policy, load().policy);
  const auto load_workflow = [this] { return value_of(run_blocking(documents.load_workflow("main", "login", 1))); };
  EXPECT_EQ(load_workflow(), load_workflow());
}

TEST_F(PolicyDocuments, ThePolicyOfAnotherIssuerIsNotOurs) {
  apply(DocumentKind::Policy, kTwoCategories, 1, 0);
  EXPECT_EQ(load("other").policy_version, 0);
}

TEST_F(PolicyDocuments, AnUnreadablePolicyLetsNobodyIn) {
  std::int64_t version = 0;
  for (const char* const broken : {"", "[]", R"({"policy":"login"})", R"({"policy":"login","rules":[{"name":"x"}]})"}) {
    apply(DocumentKind::Policy, broken, version + 1, version);
    ++version;
    const auto loaded = run_blocking(documents.load("main", now));
    ASSERT_FALSE(loaded) << broken;
    EXPECT_EQ(loaded.error().code, ErrorCode::Bug);
    EXPECT_TRUE(loaded.error().detail.starts_with("the stored document login/")) << loaded.error().detail;
  }
}

TEST_F(PolicyDocuments, APolicyThatIsGoneLetsNobodyIn) {
  apply(DocumentKind::Policy, kTwoCategories, 1, 0);
  sql::Batch loss;
  loss.add("DELETE FROM workflow_documents", {});
  write(std::move(loss));
  const auto loaded = run_blocking(documents.load("main", now));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::Bug);
}

TEST_F(PolicyDocuments, ALoginGoesOnWithTheWorkflowItBeganWith) {
  apply(DocumentKind::Workflow, kWorkflow, 1, 0);
  apply(DocumentKind::Workflow, kWorkflow, 2, 1);
  EXPECT_EQ(load().workflow_version("login"), 2);
  const auto first = value_of(run_blocking(documents.load_workflow("main", "login", 1)));
  EXPECT_EQ(first->version, 1);
  EXPECT_EQ(first->edges.size(), 1U);
}

TEST_F(PolicyDocuments, AWorkflowOfUnknownStepsIsNotUsed) {
  apply(DocumentKind::Workflow, R"({"workflow":"login","edges":[{"from":"start","on":"begin","to":"else"}]})", 1, 0);
  EXPECT_EQ(run_blocking(documents.load_workflow("main", "login", 1)).error().code, ErrorCode::Bug);
  EXPECT_EQ(run_blocking(documents.load_workflow("main", "login", 7)).error().code, ErrorCode::Bug);
}

// It was accepted by an earlier release, or got into the database in another way.
TEST_F(PolicyDocuments, AWorkflowThatWouldNotBeAppliedTodayIsNotUsed) {
  authn::PolicyDocuments strict{store, parse_workflow};
  apply(DocumentKind::Workflow, render_json(test::login_that_leads_password_to("enrol_totp")), 1, 0);
  const auto loaded = run_blocking(strict.load_workflow("main", "login", 1));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::Bug);
  EXPECT_TRUE(loaded.error().detail.contains("login/1")) << loaded.error().detail;
  EXPECT_TRUE(loaded.error().detail.contains("An edge leads to an enrolment")) << loaded.error().detail;
}

TEST_F(PolicyDocuments, TheThreatLevelCountsUntilItEnds) {
  sql::Batch batch;
  store::ThreatLevel::add_set(batch, {.issuer = "main", .level = 3, .raised_at = now, .expires_at = now + hours{1}});
  write(std::move(batch));
  EXPECT_EQ(load().threat_level, 3);
  EXPECT_EQ(load("other").threat_level, 0);
  now += hours{1};
  EXPECT_EQ(load().threat_level, 0);
}

TEST_F(PolicyDocuments, ManyThreadsMayAskAtOnce) {
  apply(DocumentKind::Policy, kTwoCategories, 1, 0);
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 50; ++turn) right += categories() == 2 ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(right, 400);
}

}  // namespace
}  // namespace signet::server::authn
