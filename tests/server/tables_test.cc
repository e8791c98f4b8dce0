// The tables that are the spine of the server, printed: a change of who may call what is seen in review.
#include "base/text.h"
#include "server/audit_events.h"
#include "server/grants/grant.h"
#include "server/pipelines/authorization_request.h"
#include "server/routes.h"
#include "support/snapshot.h"

namespace signet::server {
namespace {

std::string_view name_of(Caller caller) {
  switch (caller) {
    case Caller::Anybody:
      return "anybody";
    case Caller::Client:
      return "client";
    case Caller::Device:
      return "device";
    case Caller::TokenHolder:
      return "token holder";
    case Caller::User:
      return "user";
  }
  return "?";
}

TEST(Tables, RoutesAreThoseThatWereReviewed) {
  std::string text =
      fmt::format("{:10}{:58}{:14}{:6}{:>8}  {:8}{}\n", "methods", "path", "caller", "cors", "body", "openid", "spec");
  for (const Route& route : routes()) {
    const std::string path = std::string(route.path) + (route.inserted ? "{issuer path}" : "");
    text += fmt::format("{:10}{:58}{:14}{:6}{:>8}  {:8}{}\n", route.methods, path, name_of(route.caller),
                        route.cors ? "yes" : "no", route.body_limit, route.openid ? "only" : "", route.spec);
  }
  test::expect_snapshot("tests/server/snapshots/routes.txt", text);
}

// FAPI2-SP-FINAL-5.2.2
TEST(Tables, NoCrossOriginAccessToTheAuthorizationEndpointAndItsPages) {
  for (const Route& route : routes()) {
    if (route.path == "/authorize" || route.path.starts_with("/login")) EXPECT_FALSE(route.cors) << route.path;
  }
}

// FAPI2-SP-FINAL-5.3.2
TEST(Tables, RulesOfAnAuthorizationRequestAreThoseThatWereReviewed) {
  std::string text = fmt::format("{:24}{:8}{:8}{}\n", "rule", "pushed", "front", "spec");
  for (const RequestRule& rule : authorization_request_rules()) {
    text += fmt::format("{:24}{:8}{:8}{}\n", rule.name, rule.pushed ? "x" : "", rule.front ? "x" : "", rule.spec);
  }
  test::expect_snapshot("tests/server/snapshots/authorization_request_rules.txt", text);
}

TEST(Tables, GrantsAreThoseThatWereReviewed) {
  std::string text = fmt::format("{:24}{:16}{}\n", "grant_type", "public clients", "spec");
  for (const GrantRow& row : grants()) {
    text += fmt::format("{:24}{:16}{}\n", row.grant_type, row.public_clients ? "yes" : "no", row.spec);
  }
  test::expect_snapshot("tests/server/snapshots/grants.txt", text);
}

TEST(Tables, TheEventsOfTheAuditTrailStandInThePageForOperators) {
  std::string text = "| event | outcomes | meaning |\n|---|---|---|\n";
  for (const AuditEventRow& row : kAuditEvents) {
    text += fmt::format("| `{}` | `{}` | {} |\n", row.event, join(split_words(row.outcomes), "`, `"), row.meaning);
  }
  test::expect_page_has("docs/operations.md", text + "\n");
}

}  // namespace
}  // namespace signet::server
