#include "server/authn/workflows.h"

#include <gtest/gtest.h>

#include "server/authn/facts.h"
#include "server/authn/pages/pages.h"
#include "server/authn/render_html.h"
#include "support/snapshot.h"
#include "workflow/engine.h"

namespace signet::server::authn {
namespace {

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

TEST(WorkflowDocuments, OneThatDoesNotExistIsNotFound) {
  EXPECT_EQ(find_built_in("removed_in_this_release"), nullptr);
  EXPECT_EQ(find_step("removed_in_this_release"), nullptr);
  EXPECT_EQ(find_effect("removed_in_this_release"), nullptr);
}

/// The HTML adds nothing: every action and every field of a page is in it, and no others.
TEST(WorkflowDocuments, EveryPageIsDrawnWithItsActionsAndFields) {
  const workflow::Facts facts{{fact::kClientName, "Acme"}, {fact::kScope, json::array{"openid"}}};
  for (const workflow::Step* step : all_steps()) {
    if (step->is_choice()) continue;
    workflow::Representation page = step->show(facts);
    workflow::address_actions(page, "/login/h",
                              {{.name = "form_token", .type = workflow::FieldType::Hidden, .value = "t"}});
    const std::string html = render_html(page, {.owner = "Bank", .notice = "", .stylesheet = "/s.css"});
    std::size_t fields = 0;
    for (const auto& action : page.actions) {
      EXPECT_TRUE(html.contains("<button id=\"" + action.name + "\"")) << step->name;
      for (const auto& field : action.fields) EXPECT_TRUE(html.contains("name=\"" + field.name + "\"")) << field.name;
      fields += action.fields.size();
    }
    std::size_t drawn = 0;
    for (auto at = html.find("<input"); at != std::string::npos; at = html.find("<input", at + 1)) ++drawn;
    EXPECT_EQ(drawn, fields) << step->name;
  }
}

}  // namespace
}  // namespace signet::server::authn
