#include "workflow/engine.h"

#include <algorithm>

namespace signet::workflow {
namespace {

std::unexpected<Error> bug(const Definition& definition, std::string_view what) {
  return fail(ErrorCode::Bug, "internal error", "workflow " + std::string(definition.name) + ": " + std::string(what));
}

const Edge* find_edge(const Definition& definition, std::string_view from, std::string_view event, const Facts& facts) {
  const auto found = std::ranges::find_if(definition.edges, [&](const Edge& edge) {
    return edge.from == from && edge.on == event && (!edge.when || edge.when->holds(facts));
  });
  return found == definition.edges.end() ? nullptr : &*found;
}

Result<void> check(const Definition& definition, const Instance& instance, Instant now) {
  if (instance.definition != definition.name) return bug(definition, "an instance of another definition");
  if (now >= instance.expires_at) return fail(ErrorCode::Expired, "This sign-in took too long.");
  return {};
}

/// Follows the edge of an event into the next step.
Result<Outcome> follow(const Definition& definition, Instance instance, std::string_view event,
                       std::vector<Effect> effects) {
  const Edge* edge = find_edge(definition, instance.step, event, instance.facts);
  if (edge == nullptr) return bug(definition, "no edge on event " + std::string(event));
  const Step* step = definition.find_step(edge->to);
  if (step == nullptr) return bug(definition, "unknown step");
  instance.step = edge->to;
  ++instance.version;
  if (step->on_enter != nullptr) {
    if (auto effect = step->on_enter(instance.facts)) effects.push_back(std::move(*effect));
  }
  return Outcome{.instance = std::move(instance), .effects = std::move(effects), .moved = true};
}

Result<Outcome> react(const Definition& definition, Instance instance, Reaction reaction) {
  merge(instance.facts, std::move(reaction.facts));
  std::vector<Effect> effects;
  if (reaction.effect) effects.push_back(std::move(*reaction.effect));
  if (!reaction.event.empty()) return follow(definition, std::move(instance), reaction.event, std::move(effects));
  return Outcome{
      .instance = std::move(instance), .effects = std::move(effects), .problem = std::move(reaction.problem)};
}

struct Handler {
  const Definition& definition;
  Instance instance;

  Result<Outcome> operator()(Begin) { return follow(definition, std::move(instance), "begin", {}); }
  Result<Outcome> operator()(const Submission& submission) {
    const Step* step = definition.find_step(instance.step);
    if (step == nullptr) return bug(definition, "unknown step");
    if (submission.version != instance.version || step->on_submit == nullptr) {
      return Outcome{.instance = std::move(instance), .stale = true};
    }
    if (!step->show(instance.facts).offers(submission.action)) {
      return fail(ErrorCode::InvalidRequest, "This page does not offer that action.");
    }
    Reaction reaction = step->on_submit(instance.facts, submission);
    return react(definition, std::move(instance), std::move(reaction));
  }
  Result<Outcome> operator()(EffectAnswer answer) {
    Reaction reaction{.facts = std::move(answer.facts), .problem = std::move(answer.problem)};
    if (!reaction.problem) reaction.event = std::move(answer.event);
    return react(definition, std::move(instance), std::move(reaction));
  }
};

}  // namespace

Result<Outcome> advance(const Definition& definition, Instance instance, Input input, Instant now) {
  TRY(check(definition, instance, now));
  return std::visit(Handler{definition, std::move(instance)}, std::move(input));
}

Result<Representation> represent(const Definition& definition, const Instance& instance, Instant now,
                                 std::optional<Problem> problem) {
  TRY(check(definition, instance, now));
  const Step* step = definition.find_step(instance.step);
  if (step == nullptr || step->show == nullptr) return bug(definition, "a step without a page");
  Representation page = step->show(instance.facts);
  page.view = step->name;
  if (problem) page.problem = std::move(problem);
  return page;
}

bool is_finished(const Definition& definition, const Instance& instance) {
  const Step* step = definition.find_step(instance.step);
  return step != nullptr && step->is_end();
}

void merge(Facts& facts, Facts learnt) {
  for (auto& fact : learnt) {
    if (fact.value().is_null()) {
      facts.erase(fact.key());
    } else {
      facts.insert_or_assign(fact.key(), std::move(fact.value()));
    }
  }
}

}  // namespace signet::workflow
