#pragma once
// A workflow is data: steps, and edges between them with guards. What is not declared here cannot happen.
//
//   {"workflow": "login", "edges": [
//     {"from": "start",    "on": "begin",    "to": "decide"},
//     {"from": "decide",   "on": "identify", "to": "password"},
//     {"from": "password", "on": "accepted", "to": "decide"},
//     {"from": "decide",   "on": "done",     "to": "notice", "when": {"fact": "purpose", "is": "account"}},
//     {"from": "decide",   "on": "done",     "to": "done"}, …]}
//
// Steps are code, found by their names in a catalogue.

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "workflow/condition.h"
#include "workflow/effect.h"

namespace signet::workflow {

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

/// One step, as code. All are pure functions of the facts. A step without `on_submit` is either a choice (no
/// `show` either: its effect's answer says where it leads) or an end (nothing leaves it).
struct Step {
  std::string_view name;
  Representation (*show)(const Facts& facts) = nullptr;
  Reaction (*on_submit)(const Facts& facts, const Submission& submission) = nullptr;
  std::optional<Effect> (*on_enter)(const Facts& facts) = nullptr;
  std::vector<std::string_view> events = {};  ///< every event it can be left on
  /// What has to be read before the page is shown or answered. Its facts are of the moment: never stored, always fresh.
  Effect (*on_show)(const Facts& facts) = nullptr;

  [[nodiscard]] bool is_end() const { return on_submit == nullptr && show != nullptr; }
  [[nodiscard]] bool is_choice() const { return show == nullptr; }
};

/// Steps by name. Null: there is none.
using FindStep = const Step* (*)(std::string_view name);

/// From step `from`, on event `on`, to step `to`. Of several edges with the same event the first whose guard holds is
/// taken.
struct Edge {
  std::string from;
  std::string on;
  std::string to;
  std::optional<Condition> when = {};
};

/// "password --accepted--> decide", for reports.
[[nodiscard]] std::string name_of(const Edge& edge);

inline constexpr std::string_view kStart = "start";  ///< a pseudo step: it has edges on "begin" and no page

struct Definition {
  std::string name;
  std::int64_t version = 0;             ///< of the stored document; 0: the one that came with the program
  std::vector<const Step*> steps = {};  ///< in the order of their first edge
  std::vector<Edge> edges = {};

  [[nodiscard]] const Step* find_step(std::string_view step_name) const;
};

/// A definition whose steps and edges agree: every edge joins known steps and stands on an event its step has, every
/// event of a step has a last edge without a guard, every step can be reached from the start and has a way to an end.
/// Fails: Malformed; the public text names the rule, the detail the edge or step. At most 300 edges.
[[nodiscard]] Result<Definition> parse_definition(const json::object& document, FindStep find_step);

/// The definition as a Mermaid state diagram, for docs/workflows.
[[nodiscard]] std::string render_mermaid(const Definition& definition);

}  // namespace signet::workflow
