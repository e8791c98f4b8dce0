#include "workflow/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.h"

namespace signet::workflow {
namespace {

constexpr std::size_t kDeepest = 8;
constexpr std::size_t kMostParts = 64;
constexpr std::size_t kMostItems = 300;
constexpr std::size_t kLongestFactName = 100;

using Answer = std::optional<bool>;

/// Wide enough for every number that JSON gives us: comparing loses nothing.
using Number = long double;

std::optional<Number> number_of(const json::value& value) {
  if (value.is_int64()) return static_cast<Number>(value.get_int64());
  if (value.is_uint64()) return static_cast<Number>(value.get_uint64());
  if (value.is_double()) return static_cast<Number>(value.get_double());
  return std::nullopt;
}

bool is_number(const json::value& value) {
  return number_of(value).has_value();
}
bool is_bool(const json::value& value) {
  return value.is_bool();
}
bool is_scalar(const json::value& value) {
  return value.is_string() || value.is_bool() || is_number(value);
}
bool are_comparable(const json::value& a, const json::value& b) {
  return (a.is_string() && b.is_string()) || (a.is_bool() && b.is_bool()) || (is_number(a) && is_number(b));
}
bool is_scalar_list(const json::value& value) {
  const auto* list = value.if_array();
  return list != nullptr && !list->empty() && list->size() <= kMostItems && is_scalar(list->front()) &&
         std::ranges::all_of(*list, [&](const json::value& item) { return are_comparable(item, list->front()); });
}
bool is_range(const json::value& value) {
  const json::array& range = value.get_array();
  return is_number(range[0]) && is_number(range[1]) && number_of(range[0]) != number_of(range[1]);
}
bool is_nothing(const json::value& value) {
  return value.is_null();
}

template <class Compare>
Answer compare_numbers(const json::value& fact, const json::value& operand) {
  const auto number = number_of(fact);
  if (!number) return std::nullopt;
  return Compare{}(*number, *number_of(operand));
}

bool are_equal(const json::value& a, const json::value& b) {
  return is_number(a) && is_number(b) ? number_of(a) == number_of(b) : a == b;
}
Answer is(const json::value& fact, const json::value& operand) {
  if (!are_comparable(fact, operand)) return std::nullopt;
  return are_equal(fact, operand);
}
Answer is_in(const json::value& fact, const json::value& operand) {
  const json::array& list = operand.get_array();
  if (!are_comparable(fact, list.front())) return std::nullopt;
  return std::ranges::any_of(list, [&](const json::value& item) { return are_equal(fact, item); });
}
Answer contains_item(const json::value& fact, const json::value& operand) {
  if (!fact.is_array()) return std::nullopt;
  return std::ranges::any_of(fact.get_array(), [&](const json::value& item) { return are_equal(item, operand); });
}
Answer contains_any(const json::value& fact, const json::value& operand) {
  if (!fact.is_array()) return std::nullopt;
  return std::ranges::any_of(operand.get_array(), [&](const json::value& item) { return *contains_item(fact, item); });
}
Answer is_within(const json::value& fact, const json::value& operand) {
  const auto number = number_of(fact);
  if (!number) return std::nullopt;
  const Number from = *number_of(operand.get_array()[0]);
  const Number to = *number_of(operand.get_array()[1]);
  const bool wraps = from > to;
  return wraps ? *number >= from || *number < to : *number >= from && *number < to;
}
Answer is_set(const json::value& fact, const json::value&) {
  if (fact.is_bool()) return fact.get_bool();
  if (fact.is_string()) return !fact.get_string().empty();
  if (fact.is_array()) return !fact.get_array().empty();
  if (fact.is_object()) return !fact.get_object().empty();
  return *number_of(fact) != 0;
}

template <Answer (*Test)(const json::value&, const json::value&)>
Answer opposite(const json::value& fact, const json::value& operand) {
  const Answer answer = Test(fact, operand);
  return answer ? Answer(!*answer) : answer;
}

/// What an operator looks at.
enum class Subject { Anything, Number, Scalar, List };

/// One way to look at a fact.
struct Operator {
  std::string_view name;  ///< its member; empty: the fact stands alone
  std::string_view words;
  Subject subject;
  bool (*accepts)(const json::value& operand);
  PublicText refusal;  ///< of an operand that is not accepted
  Answer (*test)(const json::value& fact, const json::value& operand);
};

constexpr Operator kAlone = {"", "", Subject::Anything, is_nothing, "", is_set};
/// Has no test: it is asked of facts that are absent too.
constexpr Operator kKnown = {"known", "known", Subject::Anything, is_bool, "known takes true or false.", nullptr};
constexpr Operator kRange = {"from",   "from", Subject::Number, is_range, "from and to take two different numbers.",
                             is_within};
constexpr Operator kOperators[] = {
    {"at_least", "at least", Subject::Number, is_number, "at_least takes a number.",
     compare_numbers<std::greater_equal<>>},
    {"at_most", "at most", Subject::Number, is_number, "at_most takes a number.", compare_numbers<std::less_equal<>>},
    {"more_than", "more than", Subject::Number, is_number, "more_than takes a number.",
     compare_numbers<std::greater<>>},
    {"less_than", "less than", Subject::Number, is_number, "less_than takes a number.", compare_numbers<std::less<>>},
    {"is", "is", Subject::Scalar, is_scalar, "is takes a text, a number, true or false.", is},
    {"is_not", "is not", Subject::Scalar, is_scalar, "is_not takes a text, a number, true or false.", opposite<is>},
    {"in", "in", Subject::Scalar, is_scalar_list, "in takes 1 to 300 texts or numbers, all of one type.", is_in},
    {"not_in", "not in", Subject::Scalar, is_scalar_list, "not_in takes 1 to 300 texts or numbers, all of one type.",
     opposite<is_in>},
    {"contains", "contains", Subject::List, is_scalar, "contains takes a text, a number, true or false.",
     contains_item},
    {"contains_any", "contains any of", Subject::List, is_scalar_list,
     "contains_any takes 1 to 300 texts or numbers, all of one type.", contains_any},
};

bool looks_at(Subject subject, FactType type) {
  switch (subject) {
    case Subject::Anything:
      return true;
    case Subject::Number:
      return type == FactType::Number;
    case Subject::Scalar:
      return type == FactType::Text || type == FactType::Number || type == FactType::Boolean;
    case Subject::List:
      break;
  }
  return type == FactType::Texts;
}

std::string_view words_of(Subject subject) {
  if (subject == Subject::Number) return "a number";
  return subject == Subject::List ? "a list of texts" : "a text, a number, or true or false";
}

/// Each fact of this type, or each item of the list that it is, in words.
std::string_view item_of(FactType type) {
  if (type == FactType::Number) return "a number";
  return type == FactType::Boolean ? "true or false" : "a text";
}

std::string words_of(FactType type) {
  if (type == FactType::Boolean) return "true or false";
  return (type == FactType::Object ? "an " : "a ") + std::string(name_of(type));
}

/// The values that an operand compares with.
json::array values_in(const json::value& operand) {
  return operand.is_array() ? operand.get_array() : json::array{operand};
}

bool is_comparable(FactType type, const json::value& value) {
  if (type == FactType::Number) return is_number(value);
  return type == FactType::Boolean ? value.is_bool() : value.is_string();
}

bool is_between(const FactForm::Bounds& bounds, const Operator& op, const json::value& operand) {
  const auto is_possible = [&](const json::value& value, std::int64_t most) {
    const Number number = *number_of(value);
    return number >= static_cast<Number>(bounds.least) && number <= static_cast<Number>(most);
  };
  // `to` is excluded, so it may stand one behind the last.
  if (&op == &kRange)
    return is_possible(operand.get_array()[0], bounds.most) && is_possible(operand.get_array()[1], bounds.most + 1);
  // Nothing is more than the most, or less than the least.
  if (op.name == "more_than") return is_possible(operand, bounds.most - 1);
  if (op.name == "less_than") return is_possible(operand, bounds.most) && number_of(operand) != bounds.least;
  return std::ranges::all_of(values_in(operand),
                             [&](const json::value& value) { return is_possible(value, bounds.most); });
}

const Operator* find_operator(std::string_view name) {
  if (name == kKnown.name) return &kKnown;
  if (name == kRange.name || name == "to") return &kRange;
  const auto* const found = std::ranges::find(kOperators, name, &Operator::name);
  return found == std::end(kOperators) ? nullptr : found;
}

/// The operator that a condition's members name. Fails: Malformed
Result<const Operator*> choose_operator(const json::object& object) {
  const Operator* chosen = &kAlone;
  for (const auto& [name, value] : object) {
    if (name == "fact") continue;
    const Operator* const found = find_operator(name);
    if (found == nullptr) return fail(ErrorCode::Malformed, "A condition has a member that is unknown.", name);
    if (chosen != &kAlone && chosen != found)
      return fail(ErrorCode::Malformed, "A condition looks at its fact in one way only.", name);
    chosen = found;
  }
  return chosen;
}

json::value take_operand(const json::object& object, const Operator& op) {
  const auto member = [&](std::string_view name) {
    const json::value* const found = object.if_contains(name);
    return found == nullptr ? json::value() : *found;
  };
  if (&op == &kAlone) return nullptr;
  if (&op == &kRange) return json::array{member("from"), member("to")};
  return member(op.name);
}

bool is_fact_name(std::string_view name) {
  return is_visible_ascii(name) && name.size() <= kLongestFactName &&
         std::ranges::none_of(split(name, '.'), &std::string_view::empty);
}

const json::value* find_fact(const Facts& facts, std::string_view name) {
  const json::object* object = &facts;
  for (;;) {
    const auto dot = name.find('.');
    const json::value* const value = object->if_contains(name.substr(0, dot));
    if (value == nullptr || value->is_null()) return nullptr;
    if (dot == std::string_view::npos) return value;
    object = value->if_object();
    if (object == nullptr) return nullptr;
    name.remove_prefix(dot + 1);
  }
}

/// A text that could be mistaken for words of the description stands in quotes.
std::string describe(const json::value& value) {
  if (value.is_double()) return fmt::format("{}", value.get_double());
  if (!value.is_array()) {
    const auto* const text = value.if_string();
    const bool plain = text != nullptr && is_visible_ascii(*text) && text->find_first_of("\",;()") == std::string::npos;
    return plain ? std::string(*text) : render_json(value);
  }
  std::vector<std::string> items;
  for (const json::value& item : value.get_array()) items.push_back(describe(item));
  return join(items, ", ");
}

}  // namespace

std::string_view name_of(FactType type) {
  switch (type) {
    case FactType::Text:
      return "text";
    case FactType::Number:
      return "number";
    case FactType::Boolean:
      return "true or false";
    case FactType::Texts:
      return "list of texts";
    case FactType::Object:
      break;
  }
  return "object";
}

struct Condition::Node {
  enum class Kind { All, Any, Not, Test };
  Kind kind = Kind::Test;
  std::vector<Node> parts = {};
  std::string fact = {};
  const Operator* op = &kAlone;
  json::value operand = nullptr;

  static Result<Node> parse(const json::value& value, std::size_t depth, std::size_t& room);
  static Result<Node> parse_test(const json::object& object);
  static Result<Node> parse_group(Kind kind, const json::value& value, std::size_t depth, std::size_t& room);

  [[nodiscard]] Answer evaluate(const Facts& facts) const;
  [[nodiscard]] Answer evaluate_test(const Facts& facts) const;
  [[nodiscard]] Result<void> check_forms(FindFactForm find) const;
  [[nodiscard]] Result<void> check_form(const FactForm& form) const;
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] std::string describe_test() const;
  void collect_fact_names(std::vector<std::string>& names) const;
};

Result<Condition::Node> Condition::Node::parse(const json::value& value, std::size_t depth, std::size_t& room) {
  if (depth > kDeepest) return fail(ErrorCode::Malformed, "A condition is at most 8 deep.");
  if (room == 0) return fail(ErrorCode::Malformed, "A condition has at most 64 parts.");
  --room;
  const json::object* const object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::Malformed, "A condition is an object.");
  if (object->contains("fact")) return parse_test(*object);
  constexpr PublicText kShape = "A condition has one of the members fact, all, any and not.";
  if (object->size() != 1) return fail(ErrorCode::Malformed, kShape);
  const auto& [name, inner] = *object->begin();
  if (name == "all") return parse_group(Kind::All, inner, depth, room);
  if (name == "any") return parse_group(Kind::Any, inner, depth, room);
  if (name != "not") return fail(ErrorCode::Malformed, kShape, name);
  Node node{.kind = Kind::Not};
  TRY_ASSIGN(Node part, parse(inner, depth + 1, room));
  node.parts.push_back(std::move(part));
  return node;
}

Result<Condition::Node> Condition::Node::parse_group(Kind kind, const json::value& value, std::size_t depth,
                                                     std::size_t& room) {
  const json::array* const list = value.if_array();
  // An empty "all" would hold always and an empty "any" never: neither is what somebody meant to write.
  if (list == nullptr || list->empty())
    return fail(ErrorCode::Malformed, "all and any take a list of at least one condition.");
  Node node{.kind = kind};
  for (const json::value& item : *list) {
    TRY_ASSIGN(Node part, parse(item, depth + 1, room));
    node.parts.push_back(std::move(part));
  }
  return node;
}

Result<Condition::Node> Condition::Node::parse_test(const json::object& object) {
  Node node;
  node.fact = peek_string(object, "fact");
  if (!is_fact_name(node.fact))
    return fail(ErrorCode::Malformed, "fact takes the name of a fact, with dots between its parts.");
  TRY_ASSIGN(node.op, choose_operator(object));
  node.operand = take_operand(object, *node.op);
  if (!node.op->accepts(node.operand)) return fail(ErrorCode::Malformed, node.op->refusal, node.fact);
  return node;
}

Answer Condition::Node::evaluate(const Facts& facts) const {
  if (kind == Kind::Test) return evaluate_test(facts);
  if (kind == Kind::Not) {
    const Answer answer = parts.front().evaluate(facts);
    return answer ? Answer(!*answer) : answer;
  }
  // One false part decides "all", one true part decides "any", whatever else is unknown.
  const bool decisive = kind == Kind::Any;
  bool all_known = true;
  for (const Node& part : parts) {
    const Answer answer = part.evaluate(facts);
    if (answer == decisive) return decisive;
    all_known = all_known && answer.has_value();
  }
  return all_known ? Answer(!decisive) : std::nullopt;
}

Answer Condition::Node::evaluate_test(const Facts& facts) const {
  const json::value* const value = find_fact(facts, fact);
  if (op == &kKnown) return (value != nullptr) == operand.get_bool();
  return value == nullptr ? std::nullopt : op->test(*value, operand);
}

Result<void> Condition::Node::check_forms(FindFactForm find) const {
  for (const Node& part : parts) TRY(part.check_forms(find));
  const auto form = kind == Kind::Test ? find(fact) : std::nullopt;
  if (!form || op->subject == Subject::Anything) return {};
  return check_form(*form);
}

Result<void> Condition::Node::check_form(const FactForm& form) const {
  if (!looks_at(op->subject, form.type)) {
    return fail(ErrorCode::InvalidRequest, "A condition looks at a fact in a way that does not fit its type.",
                fmt::format("{} looks at {}, {} is {}", op->name, words_of(op->subject), fact, words_of(form.type)));
  }
  if (!is_comparable(form.type, values_in(operand).front())) {
    return fail(ErrorCode::InvalidRequest, "A condition compares a fact with a value of another type.",
                fmt::format("{} takes {} for {}", op->name, item_of(form.type), fact));
  }
  if (form.bounds && !is_between(*form.bounds, *op, operand)) {
    return fail(ErrorCode::InvalidRequest, "A condition compares a fact with a number that it never is.",
                fmt::format("{}: {} is {} to {}", op->name, fact, form.bounds->least, form.bounds->most));
  }
  if (form.is_possible == nullptr) return {};
  for (const json::value& value : values_in(operand)) {
    if (form.is_possible(value.get_string())) continue;
    return fail(ErrorCode::InvalidRequest, "A condition compares a fact with a text that it never is.",
                fmt::format("{}: {} is {}, not {}", op->name, fact, form.possible, workflow::describe(value)));
  }
  return {};
}

std::string Condition::Node::describe() const {
  if (kind == Kind::Test) return describe_test();
  if (kind == Kind::Not) return "not (" + parts.front().describe() + ")";
  std::vector<std::string> words;
  for (const Node& part : parts) {
    const bool is_group = part.kind == Kind::All || part.kind == Kind::Any;
    words.push_back(is_group ? "(" + part.describe() + ")" : part.describe());
  }
  return join(words, kind == Kind::All ? " and " : " or ");
}

std::string Condition::Node::describe_test() const {
  if (op == &kAlone) return fact;
  if (op == &kKnown) return fact + (operand.get_bool() ? " known" : " unknown");
  if (op != &kRange) return fact + " " + std::string(op->words) + " " + workflow::describe(operand);
  const json::array& range = operand.get_array();
  return fact + " from " + workflow::describe(range[0]) + " to " + workflow::describe(range[1]);
}

void Condition::Node::collect_fact_names(std::vector<std::string>& names) const {
  if (kind == Kind::Test && !contains(names, fact)) names.push_back(fact);
  for (const Node& part : parts) part.collect_fact_names(names);
}

Result<Condition> Condition::parse(const json::value& value) {
  std::size_t room = kMostParts;
  TRY_ASSIGN(Node root, Node::parse(value, 1, room));
  return Condition(std::make_shared<const Node>(std::move(root)));
}

std::optional<bool> Condition::evaluate(const Facts& facts) const {
  return root_->evaluate(facts);
}

Result<void> Condition::check_forms(FindFactForm find) const {
  return root_->check_forms(find);
}

std::string Condition::describe() const {
  return root_->describe();
}

std::vector<std::string> Condition::fact_names() const {
  std::vector<std::string> names;
  root_->collect_fact_names(names);
  return names;
}

}  // namespace signet::workflow
