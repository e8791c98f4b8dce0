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

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

bool read_name(const json::value& value, std::string& name) {
  if (!value.is_string()) return false;
  name = value.get_string();
  return is_name(name);
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

// Each kind of wish has a type of its own in Decision: how it is read, which of two is the stricter, how it is told.

/// Only `true`: a rule that says `false` would look as if it could loosen what another rule asks for.
bool read(const json::value& value, bool& flag) {
  flag = value.is_bool() && value.get_bool();
  return flag;
}
void tighten(bool& flag, bool by) {
  flag = flag || by;
}
void write(json::value& out, bool flag) {
  if (flag) out = true;
}

/// One name or a list of names; all of them are asked for.
bool read(const json::value& value, std::vector<std::string>& names) {
  const json::array* const list = value.if_array();
  if (list == nullptr) return read_name(value, names.emplace_back());
  return !list->empty() && list->size() <= kMostNames &&
         std::ranges::all_of(*list, [&](const json::value& item) { return read_name(item, names.emplace_back()); });
}
void tighten(std::vector<std::string>& names, const std::vector<std::string>& by) {
  add_names(names, by);
}
void write(json::value& out, const std::vector<std::string>& names) {
  if (!names.empty()) out = signet::to_json(names);
}

/// The reason of a refusal.
bool read(const json::value& value, std::optional<std::string>& reason) {
  return read_name(value, reason.emplace());
}
void tighten(std::optional<std::string>& reason, const std::optional<std::string>& by) {
  if (!reason) reason = by;
}
void write(json::value& out, const std::optional<std::string>& reason) {
  if (reason) out = *reason;
}

/// A number of categories.
bool read(const json::value& value, std::int64_t& categories) {
  return read_number(value, 1, kMostCategories, categories);
}
void tighten(std::int64_t& categories, std::int64_t by) {
  categories = std::max(categories, by);
}
void write(json::value& out, std::int64_t categories) {
  if (categories > 0) out = categories;
}

/// An age: the lesser is the stricter, and 0 is one.
bool read(const json::value& value, std::optional<Duration>& age) {
  std::int64_t number = 0;
  if (!read_number(value, 0, kLongestAge, number)) return false;
  age = seconds{number};
  return true;
}
void tighten(std::optional<Duration>& age, const std::optional<Duration>& by) {
  if (by) age = std::min(age.value_or(*by), *by);
}
void write(json::value& out, const std::optional<Duration>& age) {
  if (age) out = std::chrono::floor<seconds>(*age).count();
}

/// A wait: the longer is the stricter.
bool read(const json::value& value, Duration& wait) {
  constexpr std::int64_t kMostSeconds = std::chrono::floor<seconds>(kLongestHold).count();
  std::int64_t number = 0;
  if (!read_number(value, 1, kMostSeconds, number)) return false;
  wait = seconds{number};
  return true;
}
void tighten(Duration& wait, Duration by) {
  wait = std::max(wait, by);
}
void write(json::value& out, Duration wait) {
  if (wait > Duration{}) out = std::chrono::floor<seconds>(wait).count();
}

/// A member of "then".
struct Outcome {
  std::string_view name;
  PublicText refusal;  ///< of a value that cannot be read
  bool (*read)(const json::value& value, Decision& decision);
  void (*tighten)(Decision& decision, const Decision& by);
  void (*write)(json::value& out, const Decision& decision);
};

template <auto Member>
constexpr Outcome outcome(std::string_view name, PublicText refusal) {
  return {name, refusal, [](const json::value& value, Decision& decision) { return read(value, decision.*Member); },
          [](Decision& decision, const Decision& by) { tighten(decision.*Member, by.*Member); },
          [](json::value& out, const Decision& decision) { write(out, decision.*Member); }};
}

constexpr Outcome kOutcomes[] = {
    outcome<&Decision::deny>("deny", "deny takes a reason of 1 to 100 characters."),
    outcome<&Decision::categories>("categories", "categories takes a number from 1 to 3."),
    outcome<&Decision::phishing_resistant>("phishing_resistant", "phishing_resistant can only be true."),
    outcome<&Decision::hardware>("hardware", "hardware can only be true."),
    outcome<&Decision::acr>("acr", "acr takes a level or a list of levels."),
    outcome<&Decision::factors>("factor", "factor takes a kind of factor or a list of kinds."),
    outcome<&Decision::steps>("step", "step takes the name of a step or a list of names."),
    outcome<&Decision::max_age>("max_age", "max_age takes a number of seconds, at most a year."),
    outcome<&Decision::hold>("hold", "hold takes a number of seconds from 1 to 900."),
    outcome<&Decision::no_enrolment>("no_enrolment", "no_enrolment can only be true."),
    outcome<&Decision::consent>("consent", "consent can only be true."),
    outcome<&Decision::notify>("notify", "notify can only be true."),
};

Result<Decision> parse_outcomes(const json::value* value) {
  const json::object* const object = value == nullptr ? nullptr : value->if_object();
  if (object == nullptr || object->empty())
    return fail(ErrorCode::Malformed, "then takes an object with at least one outcome.");
  Decision decision;
  for (const auto& [name, wish] : *object) {
    const auto* const found = std::ranges::find(kOutcomes, std::string_view(name), &Outcome::name);
    if (found == std::end(kOutcomes)) return fail(ErrorCode::Malformed, "then has an outcome that is unknown.", name);
    if (!found->read(wish, decision)) return fail(ErrorCode::Malformed, found->refusal);
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
  TRY(check_members(document, {"policy", "rules", "observe"},
                    "A policy has no members but policy, rules and observe."));
  Policy policy;
  const json::value* const name = document.if_contains("policy");
  if (name == nullptr || !read_name(*name, policy.name_))
    return fail(ErrorCode::Malformed, "policy takes a name of 1 to 100 characters.");
  const json::value* const observed = document.if_contains("observe");
  if (observed != nullptr && (!observed->is_array() || !read(*observed, policy.observed_)))
    return fail(ErrorCode::Malformed, "observe takes a list of 1 to 20 facts.");
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
  for (const Outcome& kind : kOutcomes) kind.tighten(decision, rule.then);
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
  std::vector<std::string> names = observed_;
  for (const Rule& rule : rules_) {
    if (rule.when) add_names(names, rule.when->fact_names());
  }
  return names;
}

Result<void> Policy::check_forms(FindFactForm find) const {
  for (const Rule& rule : rules_) {
    auto checked = rule.when ? rule.when->check_forms(find) : Result<void>();
    if (!checked) return in_rule(std::move(checked).error(), rule.name);
  }
  return {};
}

Decision Policy::strictest() const {
  Decision decision;
  for (const Rule& rule : rules_) apply(rule, decision);
  return decision;
}

json::object to_json(const Decision& decision) {
  json::object out;
  if (!decision.rules.empty()) out["rules"] = signet::to_json(decision.rules);
  for (const Outcome& kind : kOutcomes) {
    json::value wish;
    kind.write(wish, decision);
    if (!wish.is_null()) out[kind.name] = std::move(wish);
  }
  return out;
}

}  // namespace signet::workflow
