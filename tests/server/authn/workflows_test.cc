#include "server/authn/workflows/password_login.h"

#include <gtest/gtest.h>

#include "server/authn/facts.h"
#include "server/authn/render_html.h"
#include "support/snapshot.h"
#include "workflow/engine.h"

namespace signet::server::authn {
namespace {

TEST(PasswordLogin, IsSound) {
  EXPECT_TRUE(workflow::check_definition(password_login()));
}

TEST(PasswordLogin, IsTheDiagramThatWasReviewed) {
  test::expect_snapshot(
      "docs/workflows/password_login.md",
      "# Workflow password_login\n\nPrinted from `src/server/authn/workflows/password_login.cc` by its "
      "test; do not edit.\n\n```mermaid\n" +
          workflow::render_mermaid(password_login()) + "```\n");
}

TEST(PasswordLogin, IsFoundByItsName) {
  EXPECT_EQ(find_workflow("password_login"), &password_login());
  EXPECT_EQ(find_workflow("removed_in_this_release"), nullptr);
}

/// The HTML adds nothing: every action and every field of a page is in it, and no others.
TEST(PasswordLogin, EveryPageIsDrawnWithItsActionsAndFields) {
  const workflow::Facts facts{{fact::kClientName, "Acme"}, {fact::kScope, json::array{"openid"}}};
  for (const workflow::Step& step : password_login().steps) {
    workflow::Representation page = step.show(facts);
    workflow::address_actions(page, "/login/h",
                              {{.name = "form_token", .type = workflow::FieldType::Hidden, .value = "t"}});
    const std::string html = render_html(page, {.owner = "Bank", .notice = "", .stylesheet = "/s.css"});
    std::size_t fields = 0;
    for (const auto& action : page.actions) {
      EXPECT_TRUE(html.contains("<button id=\"" + action.name + "\"")) << step.name;
      for (const auto& field : action.fields) EXPECT_TRUE(html.contains("name=\"" + field.name + "\"")) << field.name;
      fields += action.fields.size();
    }
    std::size_t drawn = 0;
    for (auto at = html.find("<input"); at != std::string::npos; at = html.find("<input", at + 1)) ++drawn;
    EXPECT_EQ(drawn, fields) << step.name;
  }
}

}  // namespace
}  // namespace signet::server::authn
