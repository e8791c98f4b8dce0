#include "workflow/policy.h"

#include <algorithm>

#include "base/text.h"

namespace signet::workflow {
namespace {

constexpr std::size_t kMostRules = 200;
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kMostNames = 20;
constexpr std::int64_t kMostCategories = 3;
constexpr std::int64_t kLongestAge = std::chrono::seconds(days{365}).count();
constexpr std::int64_t kLongestHold = std::chrono::seconds(hours{1}).count();

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

bool read_name(const json::value& value, std::string& name) {
  if (!value.is_string()) return false;
  name = value.get_string();
  return is_name(name);
}

/// One name or a list of names.
bool read_names(const json::value& value, std::vector<std::string>& names) {
  const json::array* const list = value.if_array();
  if (list == nullptr) return read_name(value, names.emplace_back());
  return !list->empty() && list->size() <= kMostNames &&
         std::ranges::all_of(*list, [&](const json::value& item) { return read_name(item, names.emplace_back()); });
}

/// Only `true`: a rule that says `false` would look as if it could loosen what another rule asks for.
bool read_true(const json::value& value, bool& flag) {
  return flag = value.is_bool() && value.get_bool();
}

bool read_number(const json::value& value, std::int64_t least, std::int64_t most, std::int64_t& number) {
  if (!value.is_int64()) return false;
  number = value.get_int64();
  return number >= least && number <= most;
}

void add_names(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const std::string& name : from) {
    if (!contains(to, name)) to.push_back(name);
  }
}

void write_if(json::object& out, std::string_view name, bool flag) {
  if (flag) out[name] = true;
}
void write_if(json::object& out, std::string_view name, const std::vector<std::string>& names) {
  if (!names.empty()) out[name] = signet::to_json(names);
}

/// A member of "then": how it is read, how the stricter of two wishes is taken, how it is told.
struct Outcome {
  std::string_view name;
  bool (*read)(const json::value& value, Decision& decision);
  PublicText refusal;
  void (*tighten)(Decision& decision, const Decision& by);
  void (*write)(std::string_view name, const Decision& decision, json::object& out);
};

template <bool Decision::* Flag>
constexpr Outcome flag_outcome(std::string_view name, PublicText refusal) {
  return {name, [](const json::value& value, Decision& decision) { return read_true(value, decision.*Flag); }, refusal,
          [](Decision& decision, const Decision& by) { decision.*Flag = decision.*Flag || by.*Flag; },
          [](std::string_view member, const Decision& decision, json::object& out) {
            write_if(out, member, decision.*Flag);
          }};
}

template <std::vector<std::string> Decision::* Names>
constexpr Outcome names_outcome(std::string_view name, PublicText refusal) {
  return {name, [](const json::value& value, Decision& decision) { return read_names(value, decision.*Names); },
          refusal, [](Decision& decision, const Decision& by) { add_names(decision.*Names, by.*Names); },
          [](std::string_view member, const Decision& decision, json::object& out) {
            write_if(out, member, decision.*Names);
          }};
}

constexpr Outcome kDeny = {
    "deny", [](const json::value& value, Decision& decision) { return read_name(value, decision.deny.emplace()); },
    "deny takes a reason of 1 to 100 characters.",
    [](Decision& decision, const Decision& by) {
      if (!decision.deny) decision.deny = by.deny;
    },
    [](std::string_view member, const Decision& decision, json::object& out) {
      if (decision.deny) out[member] = *decision.deny;
    }};

constexpr Outcome kCategories = {
    "categories",
    [](const json::value& value, Decision& decision) {
      return read_number(value, 1, kMostCategories, decision.categories);
    },
    "categories takes a number from 1 to 3.",
    [](Decision& decision, const Decision& by) { decision.categories = std::max(decision.categories, by.categories); },
    [](std::string_view member, const Decision& decision, json::object& out) {
      if (decision.categories > 0) out[member] = decision.categories;
    }};

constexpr Outcome kMaxAge = {"max_age",
                             [](const json::value& value, Decision& decision) {
                               std::int64_t age = 0;
                               const bool fits = read_number(value, 0, kLongestAge, age);
                               decision.max_age = seconds{age};
                               return fits;
                             },
                             "max_age takes a number of seconds, at most a year.",
                             [](Decision& decision, const Decision& by) {
                               if (by.max_age)
                                 decision.max_age = std::min(decision.max_age.value_or(*by.max_age), *by.max_age);
                             },
                             [](std::string_view member, const Decision& decision, json::object& out) {
                               if (decision.max_age)
                                 out[member] = std::chrono::floor<seconds>(*decision.max_age).count();
                             }};

constexpr Outcome kHold = {
    "hold",
    [](const json::value& value, Decision& decision) {
      std::int64_t wait = 0;
      const bool fits = read_number(value, 1, kLongestHold, wait);
      decision.hold = seconds{wait};
      return fits;
    },
    "hold takes a number of seconds from 1 to 3600.",
    [](Decision& decision, const Decision& by) { decision.hold = std::max(decision.hold, by.hold); },
    [](std::string_view member, const Decision& decision, json::object& out) {
      if (decision.hold > Duration{}) out[member] = std::chrono::floor<seconds>(decision.hold).count();
    }};

constexpr Outcome kOutcomes[] = {
    kDeny,
    kCategories,
    flag_outcome<&Decision::phishing_resistant>("phishing_resistant", "phishing_resistant can only be true."),
    flag_outcome<&Decision::hardware>("hardware", "hardware can only be true."),
    names_outcome<&Decision::acr>("acr", "acr takes a level or a list of levels."),
    names_outcome<&Decision::factors>("factor", "factor takes a kind of factor or a list of kinds."),
    names_outcome<&Decision::steps>("step", "step takes the name of a step or a list of names."),
    kMaxAge,
    kHold,
    flag_outcome<&Decision::consent>("consent", "consent can only be true."),
    flag_outcome<&Decision::notify>("notify", "notify can only be true."),
};

Result<Decision> parse_outcomes(const json::value* value) {
  const json::object* const object = value == nullptr ? nullptr : value->if_object();
  if (object == nullptr || object->empty())
    return fail(ErrorCode::Malformed, "then takes an object with at least one outcome.");
  Decision decision;
  for (const auto& [name, wish] : *object) {
    const auto* const outcome = std::ranges::find(kOutcomes, std::string_view(name), &Outcome::name);
    if (outcome == std::end(kOutcomes)) return fail(ErrorCode::Malformed, "then has an outcome that is unknown.", name);
    if (!outcome->read(wish, decision)) return fail(ErrorCode::Malformed, outcome->refusal);
  }
  return decision;
}

/// Every member is one that is known: a misspelt "when" would make a rule apply always.
Result<void> check_members(const json::object& object, std::initializer_list<std::string_view> known,
                           PublicText refusal) {
  for (const auto& member : object) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end())
      return fail(ErrorCode::Malformed, refusal, member.key());
  }
  return {};
}

std::unexpected<Error> in_rule(Error error, const std::string& name) {
  error.detail = "rule \"" + name + "\"" + (error.detail.empty() ? "" : ": " + error.detail);
  return std::unexpected(std::move(error));
}

}  // namespace

Result<Policy::Rule> Policy::Rule::parse(const json::value& value) {
  const json::object* const object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::Malformed, "A rule is an object.");
  Rule rule;
  const json::value* const name = object->if_contains("name");
  if (name == nullptr || !read_name(*name, rule.name))
    return fail(ErrorCode::Malformed, "A rule has a name of 1 to 100 characters.");
  if (auto checked = check_members(*object, {"name", "when", "when_unknown", "then"},
                                   "A rule has no members but name, when, when_unknown and then.");
      !checked)
    return in_rule(std::move(checked).error(), rule.name);
  if (const json::value* const when = object->if_contains("when")) {
    auto condition = Condition::parse(*when);
    if (!condition) return in_rule(std::move(condition).error(), rule.name);
    rule.when = *std::move(condition);
  }
  if (object->contains("when_unknown")) {
    rule.skip_unknown = peek_string(*object, "when_unknown") == "skip";
    if (!rule.skip_unknown) return in_rule({ErrorCode::Malformed, "when_unknown can only be \"skip\"."}, rule.name);
  }
  auto then = parse_outcomes(object->if_contains("then"));
  if (!then) return in_rule(std::move(then).error(), rule.name);
  rule.then = *std::move(then);
  return rule;
}

Result<Policy> Policy::parse(const json::object& document) {
  TRY(check_members(document, {"policy", "rules"}, "A policy has no members but policy and rules."));
  Policy policy;
  const json::value* const name = document.if_contains("policy");
  if (name == nullptr || !read_name(*name, policy.name_))
    return fail(ErrorCode::Malformed, "policy takes a name of 1 to 100 characters.");
  const json::value* const rules = document.if_contains("rules");
  if (rules == nullptr || !rules->is_array()) return fail(ErrorCode::Malformed, "rules takes a list of rules.");
  if (rules->get_array().size() > kMostRules) return fail(ErrorCode::Malformed, "A policy has at most 200 rules.");
  for (const json::value& item : rules->get_array()) {
    TRY_ASSIGN(Rule rule, Rule::parse(item));
    if (std::ranges::find(policy.rules_, rule.name, &Rule::name) != policy.rules_.end())
      return in_rule({ErrorCode::Malformed, "Each rule has a name of its own."}, rule.name);
    policy.rules_.push_back(std::move(rule));
  }
  return policy;
}

void Policy::apply(const Rule& rule, Decision& decision) {
  decision.rules.push_back(rule.name);
  for (const Outcome& outcome : kOutcomes) outcome.tighten(decision, rule.then);
}

Decision Policy::decide(const Facts& context) const {
  Decision decision;
  for (const Rule& rule : rules_) {
    // What cannot be checked is not taken as harmless: the rule applies.
    const bool applies = !rule.when || rule.when->evaluate(context).value_or(!rule.skip_unknown);
    if (!applies) continue;
    apply(rule, decision);
  }
  return decision;
}

std::vector<std::string> Policy::fact_names() const {
  std::vector<std::string> names;
  for (const Rule& rule : rules_) {
    if (rule.when) add_names(names, rule.when->fact_names());
  }
  return names;
}

Decision Policy::strictest() const {
  Decision decision;
  for (const Rule& rule : rules_) apply(rule, decision);
  return decision;
}

json::object to_json(const Decision& decision) {
  json::object out;
  write_if(out, "rules", decision.rules);
  for (const Outcome& outcome : kOutcomes) outcome.write(outcome.name, decision, out);
  return out;
}

}  // namespace signet::workflow
