#include "server/authn/workflows.h"

#include <gtest/gtest.h>

#include "server/authn/facts.h"
#include "server/authn/pages/pages.h"
#include "support/database.h"
#include "support/snapshot.h"
#include "support/workflow_document.h"
#include "workflow/engine.h"

namespace signet::server::authn {
namespace {

using test::workflow_document;

TEST(WorkflowDocuments, EveryDocumentThatIsCompiledInIsSound) {
  for (const std::string_view text : workflow_documents()) {
    const auto document = parse_json_object(text);
    ASSERT_TRUE(document) << text;
    const auto definition = workflow::parse_definition(*document, find_step);
    ASSERT_TRUE(definition) << definition.error().public_text.view() << ": " << definition.error().detail;
  }
  EXPECT_EQ(built_in_workflows().size(), workflow_documents().size());
}

TEST(WorkflowDocuments, EachIsTheDiagramThatWasReviewed) {
  for (const std::string_view name : built_in_workflows()) {
    const std::string file(name);
    test::expect_snapshot("docs/workflows/" + file + ".md",
                          "# Workflow " + file + "\n\nPrinted from `src/server/authn/workflows/" + file +
                              ".json` by its test; do not edit.\n\n```mermaid\n" +
                              workflow::render_mermaid(*find_built_in(name)) + "```\n");
  }
}

/// A document that came with the program with one edge led elsewhere, or with one more edge before the others.
json::object with_edge(std::string_view name, const std::string& from, const std::string& on, const std::string& to) {
  json::object document = workflow_document(name);
  auto& edges = document.at("edges").as_array();
  json::array changed{{{"from", from}, {"on", on}, {"to", to}, {"when", {{"fact", "purpose"}, {"is", "authorize"}}}}};
  for (const auto& edge : edges) changed.push_back(edge);
  edges = std::move(changed);
  return document;
}

std::string refused_edge(const json::object& document) {
  const auto definition = parse_workflow(document);
  return definition ? std::string() : definition.error().detail;
}

TEST(WorkflowDocuments, NoneThatIsCompiledInLeadsToAnEnrolmentPastTheDecision) {
  for (const std::string_view name : built_in_workflows()) EXPECT_EQ(refused_edge(workflow_document(name)), "") << name;
}

TEST(WorkflowDocuments, ThePasswordAloneLeadsToNoEnrolment) {
  for (const std::string to : {"enrol_totp", "enrol_recovery_codes", "choose_enrolment"}) {
    EXPECT_EQ(refused_edge(with_edge("login", "password", "accepted", to)), "password --accepted--> " + to);
    EXPECT_EQ(refused_edge(with_edge("login", "start", "begin", to)), "start --begin--> " + to);
    EXPECT_EQ(refused_edge(with_edge("account", "passkey", "accepted", to)), "passkey --accepted--> " + to);
  }
}

// What was judged as enough for this login may be less than the account can prove.
TEST(WorkflowDocuments, WhereNothingIsMissingTheDecisionLeadsToNoEnrolment) {
  for (const std::string on : {"done", "step", "consent", "totp", "identify"}) {
    EXPECT_EQ(refused_edge(with_edge("login", "decide", on, "enrol_totp")), "decide --" + on + "--> enrol_totp");
  }
  EXPECT_EQ(refused_edge(with_edge("login", "decide", "enrol", "enrol_totp")), "");
}

TEST(WorkflowDocuments, AnAccountPageLeadsToAnEnrolmentInAVisitOnly) {
  EXPECT_EQ(refused_edge(with_edge("account", "account_factors", "add", "enrol_passkey")), "");
  json::object login = with_edge("login", "account_factors", "add", "choose_enrolment");
  auto& edges = login.at("edges").as_array();
  const auto visit = workflow_document("account");
  for (const auto& edge : visit.at("edges").as_array()) {
    const auto from = peek_string(edge.as_object(), "from");
    if (from == "account" || from == "account_factors" || from == "confirm_removal") edges.push_back(edge);
  }
  for (const auto& [page, purpose] : {std::pair{"account", "authorize"}, std::pair{"account_factors", "account"}}) {
    edges.insert(edges.begin(), json::object{{"from", "decide"},
                                             {"on", "done"},
                                             {"to", page},
                                             {"when", json::object{{"fact", "purpose"}, {"is", purpose}}}});
  }
  EXPECT_EQ(refused_edge(login), "account_factors --add--> choose_enrolment");
}

/// Such a login would end with nothing: the server finds no decision that stands behind the end.
TEST(WorkflowDocuments, OnlyADecisionLeadsToAGoodEnd) {
  for (const std::string to : {"done", "consent", "approve"}) {
    EXPECT_EQ(refused_edge(with_edge("login", "password", "accepted", to)), "password --accepted--> " + to);
    EXPECT_EQ(refused_edge(with_edge("login", "decide", "totp", to)), "decide --totp--> " + to);
    EXPECT_EQ(refused_edge(with_edge("login", "notice", "continue", to)), "notice --continue--> " + to);
  }
  EXPECT_EQ(refused_edge(with_edge("login", "decide", "done", "consent")), "decide --done--> consent");
}

TEST(WorkflowDocuments, AStepThatProvesNothingMayStandBeforeTheEnd) {
  json::object login = with_edge("login", "decide", "done", "notice");
  auto& edges = login.at("edges").as_array();
  json::array without_step;
  for (const auto& edge : edges) {
    const auto from = peek_string(edge.as_object(), "from");
    const auto on = peek_string(edge.as_object(), "on");
    const bool leads_back = from == "notice" && on == "continue";
    if (from == "decide" && on == "step") continue;
    without_step.push_back(leads_back ? json::value{{"from", "notice"}, {"on", "continue"}, {"to", "done"}} : edge);
  }
  without_step.push_back(json::value{{"from", "decide"}, {"on", "step"}, {"to", "unmet"}});
  edges = std::move(without_step);
  EXPECT_EQ(refused_edge(login), "");
}

TEST(WorkflowDocuments, OneEnrolmentMayLeadToAnother) {
  EXPECT_EQ(refused_edge(with_edge("login", "enrol_totp", "enrolled", "enrol_recovery_codes")), "");
}

TEST(WorkflowDocuments, OneThatDoesNotExistIsNotFound) {
  EXPECT_EQ(find_built_in("removed_in_this_release"), nullptr);
  EXPECT_EQ(find_step("removed_in_this_release"), nullptr);
  EXPECT_EQ(find_effect("removed_in_this_release"), nullptr);
}

}  // namespace
}  // namespace signet::server::authn
