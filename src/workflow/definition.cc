#include "workflow/definition.h"

#include <algorithm>

namespace signet::workflow {
namespace {

std::unexpected<Error> broken(const Definition& definition, std::string_view what, std::string_view where) {
  return fail(ErrorCode::Bug, "internal error",
              "workflow " + std::string(definition.name) + ": " + std::string(what) + " " + std::string(where));
}

bool is_node(const Definition& definition, std::string_view name) {
  return name == definition.start || definition.find_step(name) != nullptr;
}

bool has_edge_from(const Definition& definition, std::string_view name) {
  return std::ranges::any_of(definition.edges, [&](const Edge& edge) { return edge.from == name; });
}

Result<void> check_edge(const Definition& definition, const Edge& edge) {
  if (!is_node(definition, edge.from)) return broken(definition, "edge from unknown step", edge.from);
  if (definition.find_step(edge.to) == nullptr) return broken(definition, "edge to unknown step", edge.to);
  if (edge.guard.holds == nullptr) return {};
  // A guarded edge that does not hold must leave another way, or an event could lead nowhere.
  const bool has_other_way = std::ranges::any_of(definition.edges, [&](const Edge& other) {
    return other.from == edge.from && other.on == edge.on && other.guard.holds == nullptr && &other > &edge;
  });
  if (!has_other_way) return broken(definition, "no unguarded edge after a guarded one from", edge.from);
  return {};
}

Result<void> check_step(const Definition& definition, const Step& step) {
  if (step.show == nullptr) return broken(definition, "step without a page", step.name);
  const bool is_end = step.on_submit == nullptr;
  if (is_end == has_edge_from(definition, step.name))
    return broken(definition, "only ends have no way out:", step.name);
  const bool is_reached = std::ranges::any_of(definition.edges, [&](const Edge& edge) { return edge.to == step.name; });
  if (!is_reached) return broken(definition, "unreachable step", step.name);
  return {};
}

}  // namespace

std::string_view Submission::field(std::string_view name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view{} : std::string_view(found->second);
}

const Step* Definition::find_step(std::string_view step_name) const {
  const auto found = std::ranges::find(steps, step_name, &Step::name);
  return found == steps.end() ? nullptr : &*found;
}

Result<void> check_definition(const Definition& definition) {
  if (!has_edge_from(definition, definition.start)) return broken(definition, "nothing leaves", definition.start);
  for (const Edge& edge : definition.edges) TRY(check_edge(definition, edge));
  for (const Step& step : definition.steps) TRY(check_step(definition, step));
  return {};
}

std::string render_mermaid(const Definition& definition) {
  std::string out = "stateDiagram-v2\n";
  for (const Edge& edge : definition.edges) {
    const bool starts = edge.from == definition.start;
    out += "  " + (starts ? std::string("[*]") : std::string(edge.from)) + " --> " + std::string(edge.to) + " : " +
           std::string(edge.on);
    if (edge.guard.holds != nullptr) out += " [" + std::string(edge.guard.name) + "]";
    out += '\n';
  }
  for (const Step& step : definition.steps) {
    if (step.on_submit == nullptr) out += "  " + std::string(step.name) + " --> [*]\n";
  }
  return out;
}

}  // namespace signet::workflow
