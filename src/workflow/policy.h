#pragma once
// A policy: rules that look at the context of a login and ask for more. A rule can only tighten, so the order of rules
// does not matter and one whose condition cannot be evaluated applies, unless it says "when_unknown": "skip".
//
//   {"policy": "login", "rules": [
//     {"name": "threat is raised", "when": {"fact": "threat_level", "at_least": 2}, "then": {"categories": 2}},
//     {"name": "large payments",   "when": {"fact": "payment.amount", "at_least": 1000},
//                                  "then": {"phishing_resistant": true, "max_age": 300}},
//     {"name": "embargo",          "when": {"fact": "country", "in": ["XX"]}, "when_unknown": "skip",
//                                  "then": {"deny": "country"}}],
//    "observe": ["known_device"]}
//
// What it observes without a rule is recorded with each decision, so that a rule can be tried before it counts.

#include <string>
#include <vector>

#include "workflow/condition.h"

namespace signet::workflow {

/// "hold" is at most this long. A login has to outlive it: the next one would be held anew.
inline constexpr Duration kLongestHold = minutes{15};

/// What the rules that apply ask for, put together: the strictest of each.
struct Decision {
  std::vector<std::string> rules;    ///< names of those that apply
  std::optional<std::string> deny;   ///< "deny": a reason for the audit trail; the user is told nothing of it
  std::int64_t categories = 0;       ///< "categories": 1 to 3 independent categories of factors
  bool phishing_resistant = false;   ///< "phishing_resistant": a factor that is
  bool hardware = false;             ///< "hardware": a factor whose key is proven to live in hardware
  std::vector<std::string> acr;      ///< "acr": levels, all of which must be reached
  std::vector<std::string> factors;  ///< "factor": kinds, all of which must be proven
  std::vector<std::string> steps;    ///< "step": steps to take besides, in this order
  std::optional<Duration> max_age;   ///< "max_age": seconds since the factors were proven
  Duration hold{};                   ///< "hold": seconds to wait before the login goes on
  bool consent = false;              ///< "consent": ask again
  bool no_enrolment = false;         ///< "no_enrolment": nobody makes a factor within the login
  bool notify = false;               ///< "notify": tell the user of this login by another way
};

class Policy {
 public:
  /// Fails: Malformed; the public text names rule and member. At most 200 rules.
  [[nodiscard]] static Result<Policy> parse(const json::object& document);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Decision decide(const Facts& context) const;
  /// Facts that it looks at, with a rule or without, for a check against what exists.
  [[nodiscard]] std::vector<std::string> fact_names() const;
  /// As Condition::check_forms, the detail begins with the rule's name.
  [[nodiscard]] Result<void> check_forms(FindFactForm find) const;
  [[nodiscard]] std::vector<std::string> step_names() const { return strictest().steps; }
  /// What is asked where every rule applies.
  [[nodiscard]] Decision strictest() const;

 private:
  struct Rule {
    std::string name;
    std::optional<Condition> when;  ///< absent: always
    bool skip_unknown = false;
    Decision then;

    static Result<Rule> parse(const json::value& value);
  };
  static void apply(const Rule& rule, Decision& decision);

  std::string name_;
  std::vector<Rule> rules_;
  std::vector<std::string> observed_;
};

/// A decision as JSON, for audit records and reports; members as above, those that ask for nothing left out.
[[nodiscard]] json::object to_json(const Decision& decision);

}  // namespace signet::workflow
