#include "workflow/definition.h"

#include <algorithm>

#include "base/text.h"

namespace signet::workflow {
namespace {

constexpr std::size_t kMostEdges = 300;

std::unexpected<Error> refuse(PublicText rule, std::string_view where) {
  return fail(ErrorCode::Malformed, rule, std::string(where));
}

Result<std::string> read_name(const json::object& object, std::string_view member, PublicText rule) {
  const std::string_view name = peek_string(object, member);
  const bool is_name = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!is_name) return refuse(rule, name);
  return std::string(name);
}

Result<Edge> parse_edge(const json::value& value) {
  constexpr std::string_view kMembers[] = {"from", "on", "to", "when"};
  if (!value.is_object()) return refuse("An edge must be an object.", {});
  const json::object& object = value.get_object();
  for (const auto& member : object) {
    const std::string_view key = member.key();
    if (std::ranges::find(kMembers, key) == std::end(kMembers))
      return refuse("An edge has from, on, to and when; another member is not known.", key);
  }
  Edge edge;
  TRY_ASSIGN(edge.from, read_name(object, "from", "The member from of an edge must name a step in lower case."));
  TRY_ASSIGN(edge.on, read_name(object, "on", "The member on of an edge must name an event in lower case."));
  TRY_ASSIGN(edge.to, read_name(object, "to", "The member to of an edge must name a step in lower case."));
  if (const auto* when = object.if_contains("when")) {
    TRY_ASSIGN(edge.when, Condition::parse(*when));
  }
  return edge;
}

Result<void> add_step(Definition& definition, const std::string& name, FindStep find_step) {
  if (name == kStart || definition.find_step(name) != nullptr) return {};
  const Step* step = find_step(name);
  if (step == nullptr) return refuse("An edge names a step that does not exist.", name);
  definition.steps.push_back(step);
  return {};
}

Result<void> check_event(const Definition& definition, std::string_view step, std::string_view event) {
  const Edge* last = nullptr;
  for (const Edge& edge : definition.edges) {
    if (edge.from == step && edge.on == event) last = &edge;
  }
  const std::string where = std::string(step) + " on " + std::string(event);
  if (last == nullptr) return refuse("An event of a step has no edge.", where);
  // A guarded edge that does not hold must leave another way, or an event could lead nowhere.
  if (last->when) return refuse("The last edge of an event must have no condition.", where);
  return {};
}

Result<void> check_edge(const Definition& definition, const Edge& edge) {
  if (edge.to == kStart) return refuse("No edge may lead to the start.", name_of(edge));
  if (edge.from == kStart) {
    return edge.on == "begin" ? Result<void>{} : refuse("The start is left on the event begin only.", name_of(edge));
  }
  const Step* from = definition.find_step(edge.from);
  if (std::ranges::find(from->events, edge.on) == from->events.end()) {
    return refuse("An edge stands on an event that its step does not have.", name_of(edge));
  }
  return {};
}

/// The names that can be reached from `names` along edges, backwards when `back`.
std::vector<std::string_view> reach(const Definition& definition, std::vector<std::string_view> names, bool back) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const Edge& edge : definition.edges) {
      const std::string_view here = back ? edge.to : edge.from;
      const std::string_view there = back ? edge.from : edge.to;
      if (here == names[i] && std::ranges::find(names, there) == names.end()) names.push_back(there);
    }
  }
  return names;
}

Result<void> check_reach(const Definition& definition) {
  const auto reached = reach(definition, {kStart}, false);
  std::vector<std::string_view> ends;
  for (const Step* step : definition.steps) {
    if (step->is_end()) ends.push_back(step->name);
  }
  if (ends.empty()) return refuse("A workflow needs an end.", definition.name);
  const auto ending = reach(definition, std::move(ends), true);
  for (const Step* step : definition.steps) {
    if (std::ranges::find(reached, step->name) == reached.end())
      return refuse("A step cannot be reached from the start.", step->name);
    if (std::ranges::find(ending, step->name) == ending.end())
      return refuse("From a step no end can be reached.", step->name);
  }
  return {};
}

Result<void> check_definition(const Definition& definition) {
  for (const Edge& edge : definition.edges) TRY(check_edge(definition, edge));
  TRY(check_event(definition, kStart, "begin"));
  for (const Step* step : definition.steps) {
    for (const std::string_view event : step->events) TRY(check_event(definition, step->name, event));
  }
  return check_reach(definition);
}

Result<void> check_members(const json::object& document) {
  for (const auto& member : document) {
    const std::string_view key = member.key();
    if (key != "workflow" && key != "edges" && key != "description") {
      return refuse("A workflow has workflow, description and edges; another member is not known.", key);
    }
  }
  return {};
}

}  // namespace

std::string name_of(const Edge& edge) {
  return edge.from + " --" + edge.on + "--> " + edge.to;
}

std::string_view Submission::field(std::string_view name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view{} : std::string_view(found->second);
}

const Step* Definition::find_step(std::string_view step_name) const {
  const auto found = std::ranges::find(steps, step_name, &Step::name);
  return found == steps.end() ? nullptr : *found;
}

Result<Definition> parse_definition(const json::object& document, FindStep find_step) {
  TRY(check_members(document));
  Definition definition;
  TRY_ASSIGN(definition.name,
             read_name(document, "workflow", "The member workflow must name the workflow in lower case."));
  const auto* edges = document.if_contains("edges");
  if (edges == nullptr || !edges->is_array()) return refuse("The member edges must be a list of edges.", {});
  if (edges->get_array().size() > kMostEdges) return refuse("A workflow may have at most 300 edges.", {});
  for (const json::value& value : edges->get_array()) {
    TRY_ASSIGN(Edge edge, parse_edge(value));
    TRY(add_step(definition, edge.from, find_step));
    TRY(add_step(definition, edge.to, find_step));
    definition.edges.push_back(std::move(edge));
  }
  TRY(check_definition(definition));
  return definition;
}

std::string render_mermaid(const Definition& definition) {
  std::string out = "stateDiagram-v2\n";
  for (const Step* step : definition.steps) {
    if (step->is_choice()) out += "  state " + std::string(step->name) + " <<choice>>\n";
  }
  for (const Edge& edge : definition.edges) {
    out += "  " + (edge.from == kStart ? std::string("[*]") : edge.from) + " --> " + edge.to + " : " + edge.on;
    if (edge.when) out += " [" + edge.when->describe() + "]";
    out += '\n';
  }
  for (const Step* step : definition.steps) {
    if (step->is_end()) out += "  " + std::string(step->name) + " --> [*]\n";
  }
  return out;
}

}  // namespace signet::workflow
