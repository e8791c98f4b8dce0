#include "server/authn/workflows.h"

#include <gtest/gtest.h>

#include "server/authn/facts.h"
#include "server/authn/pages/pages.h"
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

}  // namespace
}  // namespace signet::server::authn
