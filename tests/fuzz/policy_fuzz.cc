// Policies: one that is accepted decides on any context without harm, the same way twice, and a second policy made of
// its decision asks for the same.

#include "base/bytes.h"
#include "require.h"
#include "workflow/policy.h"

namespace {

using namespace signet;

/// Facts of the kinds that conditions look at, under names that the corpus uses.
const json::object kContext = {{"country", "DE"},
                               {"hour", 23},
                               {"threat_level", 2},
                               {"known_device", false},
                               {"scope", json::array{"openid", "payments"}},
                               {"payment", json::object{{"amount", 1250.5}, {"currency", "EUR"}}}};

void check_decision(const workflow::Policy& policy, const json::object& context) {
  const auto decision = to_json(policy.decide(context));
  fuzz::require(decision == to_json(policy.decide(context)));
  json::object then = decision;
  then.erase("rules");
  if (then.empty()) return;
  const auto again = workflow::Policy::parse(
      {{"policy", "again"}, {"rules", json::array{json::object{{"name", "all"}, {"then", then}}}}});
  if (!again) return;  // what many rules add up to may be longer than one rule may say
  auto repeated = to_json(again->decide(context));
  repeated.erase("rules");
  fuzz::require(repeated == then);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = parse_json_object(as_text({data, size}));
  if (!document) return 0;
  if (const auto condition = workflow::Condition::parse(*document)) {
    fuzz::require(!condition->describe().empty() && !condition->fact_names().empty());
    fuzz::require(condition->holds(kContext) == condition->evaluate(kContext).value_or(false));
  }
  const auto policy = workflow::Policy::parse(*document);
  if (!policy) return 0;
  check_decision(*policy, {});
  check_decision(*policy, kContext);
  return 0;
}
