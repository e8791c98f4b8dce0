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

/// The current step as a page; a choice has none.
Result<Outcome> stay(const Definition& definition, const Instance& instance, std::optional<Problem> problem = {}) {
  const Step* step = definition.find_step(instance.step);
  if (step == nullptr) return bug(definition, "unknown step");
  Outcome outcome{.instance = instance, .representation = {}};
  if (step->is_choice()) return outcome;
  outcome.representation = step->show(instance.facts);
  outcome.representation.view = step->name;
  if (problem) outcome.representation.problem = std::move(problem);
  return outcome;
}

/// Follows the edge of an event into the next step.
Result<Outcome> follow(const Definition& definition, Instance instance, std::string_view event,
                       std::vector<Effect> effects) {
  const Edge* edge = find_edge(definition, instance.step, event, instance.facts);
  if (edge == nullptr) return bug(definition, "no edge on event " + std::string(event));
  instance.step = edge->to;
  ++instance.version;
  TRY_ASSIGN(Outcome outcome, stay(definition, instance));
  const Step* step = definition.find_step(instance.step);
  outcome.effects = std::move(effects);
  if (step->on_enter != nullptr) {
    if (auto effect = step->on_enter(instance.facts)) outcome.effects.push_back(std::move(*effect));
  }
  outcome.moved = true;
  return outcome;
}

Result<Outcome> react(const Definition& definition, const Instance& instance, Reaction reaction) {
  Instance next = instance;
  merge(next.facts, reaction.facts);
  std::vector<Effect> effects;
  if (reaction.effect) effects.push_back(std::move(*reaction.effect));
  if (!reaction.event.empty()) return follow(definition, std::move(next), reaction.event, std::move(effects));
  TRY_ASSIGN(Outcome outcome, stay(definition, next, std::move(reaction.problem)));
  outcome.effects = std::move(effects);
  return outcome;
}

struct Handler {
  const Definition& definition;
  const Instance& instance;

  Result<Outcome> operator()(const Begin&) const { return follow(definition, instance, "begin", {}); }
  Result<Outcome> operator()(const Show&) const { return stay(definition, instance); }
  Result<Outcome> operator()(const Submission& submission) const {
    TRY_ASSIGN(Outcome current, stay(definition, instance));
    const Step& step = *definition.find_step(instance.step);
    if (submission.version != instance.version || step.on_submit == nullptr) {
      current.stale = true;
      return current;
    }
    if (!current.representation.offers(submission.action)) {
      return fail(ErrorCode::InvalidRequest, "This page does not offer that action.");
    }
    return react(definition, instance, step.on_submit(instance.facts, submission));
  }
  Result<Outcome> operator()(const EffectAnswer& answer) const {
    return react(
        definition, instance,
        {.event = answer.problem ? std::string{} : answer.event, .facts = answer.facts, .problem = answer.problem});
  }
};

}  // namespace

Result<Outcome> advance(const Definition& definition, const Instance& instance, const Input& input, Instant now) {
  if (instance.definition != definition.name) return bug(definition, "an instance of another definition");
  if (now >= instance.expires_at) return fail(ErrorCode::Expired, "This sign-in took too long.");
  return std::visit(Handler{definition, instance}, input);
}

bool is_finished(const Definition& definition, const Instance& instance) {
  const Step* step = definition.find_step(instance.step);
  return step != nullptr && step->is_end();
}

void merge(Facts& facts, const Facts& learnt) {
  for (const auto& fact : learnt) {
    if (fact.value().is_null()) {
      facts.erase(fact.key());
    } else {
      facts.insert_or_assign(fact.key(), fact.value());
    }
  }
}

}  // namespace signet::workflow
