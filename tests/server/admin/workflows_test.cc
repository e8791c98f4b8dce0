#include "server/admin/workflows.h"

#include "base/text.h"
#include "server/authn/policy_documents.h"
#include "store/dated_id.h"
#include "support/database.h"
#include "support/fakes.h"
#include "support/workflow_document.h"

namespace signet::server::admin {
namespace {

using store::DocumentKey;
using store::DocumentKind;
using test::value_of;

json::object object_of(std::string_view text) {
  return value_of(parse_json_object(text));
}
json::object policy_of(const std::string& rules) {
  return object_of(R"({"policy":"login","rules":[)" + rules + "]}");
}
json::object rule_that_asks(std::string_view then) {
  return policy_of(R"({"name":"r","then":)" + std::string(then) + "}");
}

constexpr auto kThreat = R"({"name":"threat","when":{"fact":"threat_level","at_least":2},"then":{"categories":2}})";
constexpr auto kThreatSooner =
    R"({"name":"threat","when":{"fact":"threat_level","at_least":1},"then":{"categories":2}})";
constexpr auto kNight = R"({"name":"night","when":{"fact":"hour","from":22,"to":6},"then":{"notify":true}})";

class Workflows : public test::StoreTest {
 public:
  Workflows() {
    issuer.id = "main";
    issuer.acr_values = {"pwd", "mfa"};
  }
  Error refusal(json::object document) {
    const auto checked = check_document(issuer, std::move(document));
    return checked ? Error{ErrorCode::Bug, "(accepted)"} : checked.error();
  }
  struct Wrong {
    std::string_view condition;
    std::string_view detail;
  };
  void expect_refused(std::string_view text, std::initializer_list<Wrong> wrong) {
    for (const auto& [condition, detail] : wrong) {
      const auto error =
          refusal(policy_of(R"({"name":"r","when":)" + std::string(condition) + R"(,"then":{"notify":true}})"));
      EXPECT_EQ(error.public_text.view(), text) << condition;
      EXPECT_EQ(error.detail, "rule \"r\": " + std::string(detail)) << condition;
    }
  }
  Result<VersionChange> apply(json::object document) {
    return run_blocking(apply_document(tools, actor, issuer, std::move(document)));
  }
  Result<VersionChange> roll_back(std::optional<std::int64_t> version = {}) {
    return run_blocking(roll_back_document(tools, actor, issuer, key, version));
  }
  std::int64_t active() { return value_of(run_blocking(store.workflow_documents.find_state(key))).active; }
  std::vector<store::AuditRecord> audit(std::string event) {
    return value_of(run_blocking(store.audit.list({.event = std::move(event)}, "", 10)));
  }
  void record(std::string context, std::string decision, std::string issuer_id = "main",
              std::int64_t policy_version = 0) {
    sql::Batch batch;
    now += seconds{1};
    store::DecisionContexts::add(batch, {.context_id = store::make_dated_id(now, random),
                                         .issuer = std::move(issuer_id),
                                         .account_id = "alice",
                                         .recorded_at = now,
                                         .policy_version = policy_version,
                                         .context = std::move(context),
                                         .decision = std::move(decision)});
    write(std::move(batch));
  }
  Result<Simulation> simulate(json::object document, std::size_t last = 100) {
    return run_blocking(simulate_policy(tools, issuer, std::move(document), last));
  }

  IssuerConfig issuer;
  test::FakeClock clock;
  test::FixedRandom random;
  net::HttpClient http_client{{}};
  Tools tools{.store = store, .http_client = http_client, .clock = clock, .random = random};
  Actor actor{.name = "operator", .peer = {}};
  DocumentKey key{.issuer = "main", .kind = DocumentKind::Policy, .name = "login"};
};

TEST_F(Workflows, ADocumentSaysWhatItIs) {
  constexpr auto kText = "A document has one of the members workflow and policy, which names it.";
  EXPECT_EQ(refusal({}).public_text.view(), kText);
  EXPECT_EQ(refusal(object_of(R"({"policy":"login","workflow":"login","rules":[]})")).public_text.view(), kText);
  EXPECT_EQ(value_of(check_document(issuer, policy_of(kThreat))).kind, DocumentKind::Policy);
}

TEST_F(Workflows, ARuleThatIsMalformedIsNamed) {
  const auto error = refusal(policy_of(R"({"name":"night","when":{"fact":"hour","from":22},"then":{"notify":true}})"));
  EXPECT_EQ(error.code, ErrorCode::Malformed);
  EXPECT_TRUE(error.detail.starts_with("rule \"night\"")) << error.detail;
}

TEST_F(Workflows, ARuleMentionsOnlyWhatThereIs) {
  const auto unknown_fact = refusal(policy_of(R"({"name":"r","when":{"fact":"contry"},"then":{"notify":true}})"));
  EXPECT_EQ(unknown_fact.code, ErrorCode::InvalidRequest);
  EXPECT_EQ(unknown_fact.public_text.view(), "The policy mentions a fact that no login has.");
  EXPECT_EQ(unknown_fact.detail, "contry");
  EXPECT_EQ(refusal(rule_that_asks(R"({"acr":["mfa","gold"]})")).detail, "gold is not one of pwd, mfa");
  EXPECT_EQ(refusal(rule_that_asks(R"({"factor":"divination"})")).detail,
            "divination is not one of password, passkey, totp, email, sms, pin, push, recovery_codes");
  EXPECT_TRUE(check_document(issuer, rule_that_asks(R"({"acr":"mfa","factor":"password","step":"notice"})")));
}

/// The decision would ask for another one again and again: no login would end.
TEST_F(Workflows, TheNoticeIsTheOnlyStepThatARuleAsksFor) {
  for (const std::string step : {"dance", "totp", "consent", "held", "enrol_totp"}) {
    const auto error = refusal(rule_that_asks(R"({"step":["notice",")" + step + R"("]})"));
    EXPECT_TRUE(error.public_text.view().starts_with("step can only be notice")) << error.public_text.view();
    EXPECT_EQ(error.detail, step);
  }
}

/// Such a rule can never be evaluated, so it would apply to every login.
TEST_F(Workflows, AConditionFitsTheTypeOfItsFact) {
  constexpr auto kKind = "A condition looks at a fact in a way that does not fit its type.";
  constexpr auto kValue = "A condition compares a fact with a value of another type.";
  struct Wrong {
    std::string_view condition;
    std::string_view refusal;
    std::string_view detail;
  };
  for (const auto& [condition, text, detail] : {
           Wrong{R"({"fact":"threat_level","is":"2"})", kValue, "is takes a number for threat_level"},
           Wrong{R"({"fact":"threat_level","in":["2","3"]})", kValue, "in takes a number for threat_level"},
           Wrong{R"({"fact":"threat_level","contains":2})", kKind,
                 "contains looks at a list of texts, threat_level is a number"},
           Wrong{R"({"fact":"client_id","contains":"x"})", kKind,
                 "contains looks at a list of texts, client_id is a text"},
           Wrong{R"({"fact":"country","at_least":5})", kKind, "at_least looks at a number, country is a text"},
           Wrong{R"({"fact":"country","from":1,"to":5})", kKind, "from looks at a number, country is a text"},
           Wrong{R"({"fact":"country","not_in":[49]})", kValue, "not_in takes a text for country"},
           Wrong{R"({"fact":"known_device","is":"true"})", kValue, "is takes true or false for known_device"},
           Wrong{R"({"fact":"scope","is":"payments"})", kKind,
                 "is looks at a text, a number, or true or false, scope is a list of texts"},
           Wrong{R"({"fact":"scope","contains":1})", kValue, "contains takes a text for scope"},
           Wrong{R"({"fact":"flags","contains_any":[1,2]})", kValue, "contains_any takes a text for flags"},
           Wrong{R"({"fact":"payment","is":"x"})", kKind,
                 "is looks at a text, a number, or true or false, payment is an object"},
           Wrong{R"({"fact":"payment.amount","is":"1000"})", kValue, "is takes a number for payment.amount"},
           Wrong{R"({"any":[{"fact":"hour"},{"not":{"fact":"weekday","is":"Sunday"}}]})", kValue,
                 "is takes a number for weekday"},
       }) {
    const auto error = refusal(policy_of(R"({"name":"r","when":)" + std::string(condition) +
                                         R"(,"when_unknown":"skip","then":{"notify":true}})"));
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest) << condition;
    EXPECT_EQ(error.public_text.view(), text) << condition;
    EXPECT_EQ(error.detail, "rule \"r\": " + std::string(detail)) << condition;
  }
}

TEST_F(Workflows, AConditionComparesANumberWithOneThatItCanBe) {
  constexpr auto kText = "A condition compares a fact with a number that it never is.";
  expect_refused(kText, {
                            {R"({"fact":"hour","from":25,"to":30})", "from: hour is 0 to 23"},
                            {R"({"fact":"hour","from":22,"to":-1})", "from: hour is 0 to 23"},
                            {R"({"fact":"hour","at_least":24.5})", "at_least: hour is 0 to 23"},
                            {R"({"fact":"hour","from":24,"to":6})", "from: hour is 0 to 23"},
                            {R"({"fact":"hour","from":6,"to":25})", "from: hour is 0 to 23"},
                            {R"({"fact":"weekday","in":[6,7]})", "in: weekday is 0 to 6"},
                            {R"({"fact":"threat_level","is":7})", "is: threat_level is 0 to 4"},
                            {R"({"fact":"threat_level","more_than":4})", "more_than: threat_level is 0 to 4"},
                            {R"({"fact":"hour","less_than":0})", "less_than: hour is 0 to 23"},
                            {R"({"fact":"categories","at_least":4})", "at_least: categories is 0 to 3"},
                        });
}

/// An embargo in small letters would look as if it were in force.
TEST_F(Workflows, AConditionComparesATextWithOneThatItCanBe) {
  constexpr auto kText = "A condition compares a fact with a text that it never is.";
  expect_refused(kText,
                 {
                     {R"({"fact":"country","in":["DE","kp"]})",
                      "in: country is a code of two capital letters (ISO 3166-1), not kp"},
                     {R"({"fact":"previous_country","is_not":"North Korea"})",
                      "is_not: previous_country is a code of two capital letters (ISO 3166-1), not \"North Korea\""},
                     {R"({"fact":"payment.currency","is":"eur"})",
                      "is: payment.currency is a code of three capital letters (ISO 4217), not eur"},
                     {R"({"fact":"proven","contains":"paskey"})", "contains: proven is a kind of factor, not paskey"},
                     {R"({"fact":"face","is":"mobile"})", "is: face is browser or api, not mobile"},
                     {R"({"fact":"purpose","is":"login"})", "is: purpose is authorize or account, not login"},
                 });
}

TEST_F(Workflows, EachTypeOfFactHasConditionsThatFit) {
  for (const std::string_view condition :
       {R"({"fact":"threat_level","is":2})", R"({"fact":"threat_level","not_in":[0,1]})",
        R"({"fact":"payment.amount","more_than":99.5})", R"({"fact":"hour","from":22,"to":6})",
        R"({"fact":"hour","from":18,"to":24})", R"({"fact":"country","in":["DE","FR"]})",
        R"({"fact":"threat_level","more_than":3})", R"({"fact":"hour","less_than":1})",
        R"({"fact":"proven","contains_any":["passkey","totp"]})", R"({"fact":"payment.currency","is":"EUR"})",
        R"({"fact":"known_device","is_not":true})", R"({"fact":"scope","contains":"payments"})",
        R"({"fact":"flags","contains_any":["staff","tier-1"]})", R"({"fact":"payment"})", R"({"fact":"scope"})",
        R"({"fact":"payment","known":false})", R"({"fact":"failures_account"})"}) {
    EXPECT_EQ(refusal(policy_of(R"({"name":"r","when":)" + std::string(condition) + R"(,"then":{"notify":true}})"))
                  .public_text.view(),
              "(accepted)")
        << condition;
  }
}

TEST_F(Workflows, AnIssuerHasOnePolicy) {
  EXPECT_EQ(refusal(object_of(R"({"policy":"other","rules":[]})")).public_text.view(),
            "The policy of an issuer is called login.");
}

TEST_F(Workflows, AWorkflowOfUnknownStepsIsRefused) {
  const auto error =
      refusal(object_of(R"({"workflow":"login","edges":[{"from":"start","on":"begin","to":"nowhere"}]})"));
  EXPECT_EQ(error.code, ErrorCode::Malformed);
  EXPECT_EQ(error.detail, "nowhere");
}

TEST_F(Workflows, AWorkflowThatLeadsToAnEnrolmentPastTheDecisionIsRefused) {
  EXPECT_TRUE(check_document(issuer, test::workflow_document("login")));
  const auto error = refusal(test::login_that_leads_password_to("enrol_totp"));
  EXPECT_EQ(error.code, ErrorCode::InvalidRequest);
  EXPECT_EQ(error.public_text.view(), "An edge leads to an enrolment that the decision has not asked for.");
  EXPECT_EQ(error.detail, "password --accepted--> enrol_totp");
}

TEST_F(Workflows, EachDocumentIsAVersionWithItsDifferences) {
  const auto first = value_of(apply(policy_of(kThreat)));
  EXPECT_EQ(first.before, 0);
  EXPECT_EQ(first.version, 1);
  EXPECT_EQ(first.differences.added, std::vector<std::string>{"threat"});
  const auto second = value_of(apply(policy_of(std::string(kThreatSooner) + "," + kNight)));
  EXPECT_EQ(second.version, 2);
  EXPECT_EQ(second.differences.added, std::vector<std::string>{"night"});
  EXPECT_EQ(second.differences.changed, std::vector<std::string>{"threat"});
  const auto third = value_of(apply(policy_of(kNight)));
  EXPECT_EQ(third.differences.removed, std::vector<std::string>{"threat"});
  EXPECT_EQ(active(), 3);
}

/// The rules about the threat level are in force until a policy takes their place, and that they go is told.
TEST_F(Workflows, TheFirstPolicyIsComparedWithTheProgramsOwn) {
  const std::vector<std::string> built_in = {"threat 2: people are warned", "threat 3: two factors",
                                             "threat 4: no factor that can be phished"};
  const auto applied = value_of(apply(policy_of(kNight)));
  EXPECT_EQ(applied.differences.added, std::vector<std::string>{"night"});
  EXPECT_EQ(applied.differences.removed, built_in);
  EXPECT_EQ(peek_string(object_of(audit("policy.applied").front().record), "removed"), join(built_in, ", "));
  const auto back = value_of(roll_back(0));
  EXPECT_EQ(back.differences.added, built_in);
  EXPECT_EQ(back.differences.removed, std::vector<std::string>{"night"});
}

TEST_F(Workflows, ThePolicyOfTheProgramIsInForceAlready) {
  EXPECT_EQ(value_of(apply(object_of(authn::built_in_policy_document()))).version, 0);
  EXPECT_EQ(count("workflow_documents"), 0);
}

TEST_F(Workflows, TheFirstWorkflowIsComparedWithTheProgramsOwn) {
  key.kind = DocumentKind::Workflow;
  auto document = test::workflow_document("login");
  EXPECT_EQ(value_of(apply(document)).version, 0);
  auto& edges = document.at("edges").as_array();
  const auto& last = edges.back().as_object();
  const std::string name = std::string(peek_string(last, "from")) + " --" + std::string(peek_string(last, "on")) +
                           "--> " + std::string(peek_string(last, "to"));
  edges.back().as_object()["to"] = "decide";
  const auto applied = value_of(apply(std::move(document)));
  EXPECT_EQ(applied.differences.added.size(), 1U);
  EXPECT_EQ(applied.differences.removed, std::vector<std::string>{name});
}

TEST_F(Workflows, WhatIsInForceAlreadyMakesNoVersion) {
  value_of(apply(policy_of(kThreat)));
  const auto again = value_of(apply(policy_of(kThreat)));
  EXPECT_EQ(again.version, 1);
  EXPECT_EQ(count("workflow_documents"), 1);
  EXPECT_EQ(count("audit"), 1);
}

TEST_F(Workflows, AChangeIsRecordedWithItsActor) {
  value_of(apply(policy_of(kThreat)));
  value_of(roll_back());
  ASSERT_EQ(audit("policy.applied").size(), 1U);
  ASSERT_EQ(audit("policy.rolled_back").size(), 1U);
  const auto record = object_of(audit("policy.applied").front().record);
  EXPECT_EQ(peek_string(record, "actor"), "operator");
  EXPECT_EQ(peek_string(record, "name"), "login");
  EXPECT_EQ(record.at("version"), 1);
  EXPECT_EQ(peek_string(record, "added"), "threat");
}

TEST_F(Workflows, ARefusedDocumentChangesNothing) {
  value_of(apply(policy_of(kThreat)));
  EXPECT_FALSE(apply(policy_of(R"({"name":"r","then":{"allow":true}})")));
  EXPECT_EQ(active(), 1);
  EXPECT_EQ(count("audit"), 1);
}

TEST_F(Workflows, ARollbackGoesBackToTheVersionBeforeAndToTheProgramsOwn) {
  value_of(apply(policy_of(kThreat)));
  value_of(apply(policy_of(kNight)));
  EXPECT_EQ(value_of(roll_back()).version, 1);
  EXPECT_EQ(active(), 1);
  EXPECT_EQ(value_of(roll_back()).version, 0);
  EXPECT_EQ(roll_back().error().code, ErrorCode::NotFound);
  EXPECT_EQ(value_of(roll_back(2)).version, 2);
  EXPECT_EQ(roll_back(2).error().code, ErrorCode::Conflict);
  EXPECT_EQ(roll_back(7).error().code, ErrorCode::NotFound);
  EXPECT_EQ(value_of(apply(policy_of(kThreat))).version, 3) << "a number is never used again";
}

TEST_F(Workflows, AnOldVersionThatFitsNoMoreIsNotPutInForceAgain) {
  value_of(apply(rule_that_asks(R"({"acr":"mfa"})")));
  value_of(apply(policy_of(kNight)));
  issuer.acr_values = {"pwd"};
  EXPECT_EQ(roll_back().error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(active(), 2);
}

TEST_F(Workflows, ANameIsFoundWhateverItsKind) {
  const auto find = [this](std::optional<DocumentKind> kind) {
    return run_blocking(find_document(tools, "main", "login", kind));
  };
  EXPECT_EQ(find({}).error().code, ErrorCode::Conflict) << "both come with the program";
  EXPECT_EQ(value_of(find(DocumentKind::Policy)), key);
  EXPECT_EQ(run_blocking(find_document(tools, "main", "logout", {})).error().code, ErrorCode::NotFound);
  EXPECT_EQ(value_of(run_blocking(find_document(tools, "main", "account", {}))).kind, DocumentKind::Workflow);
  value_of(apply(policy_of(kThreat)));
  EXPECT_EQ(value_of(find({})), key);
  EXPECT_EQ(value_of(find(DocumentKind::Workflow)).kind, DocumentKind::Workflow);
  sql::Batch batch;
  store::WorkflowDocuments::add_apply(
      batch,
      {.key = {.issuer = "main", .kind = DocumentKind::Workflow, .name = "login"}, .document = "{}", .actor = "ada"},
      0);
  write(std::move(batch));
  EXPECT_EQ(find({}).error().code, ErrorCode::Conflict);
  EXPECT_EQ(value_of(find(DocumentKind::Policy)), key);
}

TEST_F(Workflows, EachVersionIsShownAndTheProgramsOwnToo) {
  const auto show = [this](std::optional<std::int64_t> version) {
    return run_blocking(load_document(tools, key, version));
  };
  const auto own = object_of(authn::built_in_policy_document());
  EXPECT_EQ(value_of(show({})), own);
  value_of(apply(policy_of(kThreat)));
  EXPECT_EQ(value_of(show({})), policy_of(kThreat));
  EXPECT_EQ(value_of(show(0)), own);
  EXPECT_EQ(show(2).error().code, ErrorCode::NotFound);
  value_of(roll_back(0));
  EXPECT_EQ(value_of(show({})), own);
  key.kind = DocumentKind::Workflow;
  EXPECT_EQ(value_of(show(0)), test::workflow_document("login"));
}

TEST_F(Workflows, ASimulationTellsWhichDecisionsWouldChange) {
  record(R"({"threat_level":0,"hour":12})", "{}");
  record(R"({"threat_level":3,"hour":12})", R"({"rules":["an old name"],"categories":2})");
  record(R"({"threat_level":3,"hour":12})", "{}");
  record(R"({"threat_level":0})", R"({"rules":["x"],"deny":"country"})", "other");
  const auto simulation = value_of(simulate(policy_of(kThreat)));
  EXPECT_EQ(simulation.same, 2U);
  ASSERT_EQ(simulation.changed.size(), 1U);
  EXPECT_EQ(describe_decision(simulation.changed.front().before), "nothing");
  EXPECT_EQ(describe_decision(simulation.changed.front().after), "categories 2");
  EXPECT_EQ(simulation.changed.front().recorded_at, now - seconds{1});
  EXPECT_EQ(count("workflow_documents"), 0);
}

TEST_F(Workflows, ASimulationLooksAtTheLastContextsOnly) {
  for (int i = 0; i < 3; ++i) record(R"({"threat_level":3})", "{}");
  EXPECT_EQ(value_of(simulate(policy_of(kThreat), 2)).changed.size(), 2U);
  EXPECT_EQ(value_of(simulate(policy_of(kThreat), 1000)).changed.size(), 3U);
}

TEST_F(Workflows, WhatWasNotLookedAtIsNotGuessed) {
  ASSERT_TRUE(apply(object_of(R"({"policy":"login","rules":[],"observe":["known_device","failures_account"]})")));
  record(R"({"threat_level":0})", "{}", "main", 0);
  record(R"({"threat_level":0,"known_device":false,"failures_account":1})", "{}", "main", 1);
  record(R"({"threat_level":0,"known_device":true,"failures_account":1})", "{}", "main", 1);
  record(R"({"threat_level":0})", "{}", "main", 7);
  const auto simulation = value_of(
      simulate(policy_of(R"({"name":"new","when":{"fact":"known_device","is":false},"then":{"categories":2}})")));
  EXPECT_EQ(simulation.same, 1U);
  EXPECT_EQ(simulation.changed.size(), 1U);
  EXPECT_EQ(simulation.untried, 2U);
  EXPECT_EQ(simulation.missing_facts, (std::set<std::string, std::less<>>{"known_device"}));
  EXPECT_EQ(simulation.to_json().at("contexts"), 4);
}

/// What was looked for and not found stays unknown, which a rule does not take as harmless.
TEST_F(Workflows, WhatWasLookedForInVainIsTriedAsUnknown) {
  ASSERT_TRUE(apply(object_of(R"({"policy":"login","rules":[],"observe":["country"]})")));
  record(R"({"threat_level":0})", "{}", "main", 1);
  const auto simulation =
      value_of(simulate(policy_of(R"({"name":"far","when":{"fact":"country","is":"XX"},"then":{"deny":"country"}})")));
  EXPECT_EQ(simulation.changed.size(), 1U);
  EXPECT_EQ(simulation.untried, 0U);
}

TEST_F(Workflows, AChangeOfWhatIsObservedIsToldAndObservedFactsExist) {
  const auto applied = value_of(apply(object_of(R"({"policy":"login","rules":[],"observe":["country"]})")));
  EXPECT_EQ(applied.differences.added, std::vector<std::string>{"observed facts"});
  EXPECT_EQ(refusal(object_of(R"({"policy":"login","rules":[],"observe":["contry"]})")).public_text.view(),
            "The policy mentions a fact that no login has.");
}

TEST_F(Workflows, ASimulationNeedsAPolicyThatMayBeApplied) {
  EXPECT_EQ(simulate(policy_of(R"({"name":"r","when":{"fact":"contry"},"then":{"notify":true}})")).error().code,
            ErrorCode::InvalidRequest);
}

TEST_F(Workflows, ADecisionIsToldInWords) {
  EXPECT_EQ(describe_decision({}), "nothing");
  EXPECT_EQ(describe_decision(object_of(R"({"rules":["a"],"deny":"country","phishing_resistant":true,"acr":["mfa"]})")),
            R"(deny country, phishing_resistant, acr ["mfa"])");
}

}  // namespace
}  // namespace signet::server::admin
