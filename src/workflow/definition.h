#pragma once
// A workflow is data: steps, and edges between them with guards. What is not declared here cannot happen.

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "workflow/effect.h"

namespace signet::workflow {

/// A condition on the facts. Without a function it always holds.
struct Guard {
  std::string_view name = {};
  bool (*holds)(const Facts& facts) = nullptr;
};

/// From step `from`, on event `on`, to step `to`. Of several edges with the same event the first whose guard holds is
/// taken.
struct Edge {
  std::string_view from;
  std::string_view on;
  std::string_view to;
  Guard guard = {};
};

/// A form sent back: the action's name, the version of the page it stood on, and the fields.
struct Submission {
  std::string action;
  std::int64_t version = 0;
  std::map<std::string, std::string, std::less<>> fields = {};

  /// Empty when absent.
  [[nodiscard]] std::string_view field(std::string_view name) const;
};

/// What a step makes of an input: an effect whose answer it waits for, an event to follow, or a problem to show.
struct Reaction {
  std::string event = {};
  std::optional<Effect> effect = {};
  Facts facts = {};
  std::optional<Problem> problem = {};
};

/// One step. `show` is a pure function of the facts. A step without `on_submit` is an end: nothing leaves it.
struct Step {
  std::string_view name;
  Representation (*show)(const Facts& facts) = nullptr;
  Reaction (*on_submit)(const Facts& facts, const Submission& submission) = nullptr;
  std::optional<Effect> (*on_enter)() = nullptr;
};

/// Names and edges must agree; `check_definition` says so in a test.
struct Definition {
  std::string_view name;
  std::string_view start;  ///< a pseudo step: it has edges on "begin" and no page
  std::span<const Step> steps;
  std::span<const Edge> edges;

  [[nodiscard]] const Step* find_step(std::string_view step_name) const;
};

/// Every edge joins known steps, every page can be left, every step can be reached, every guarded choice has an
/// unguarded last edge. Fails: Bug
[[nodiscard]] Result<void> check_definition(const Definition& definition);

/// The definition as a Mermaid state diagram, for docs/workflows.
[[nodiscard]] std::string render_mermaid(const Definition& definition);

}  // namespace signet::workflow
