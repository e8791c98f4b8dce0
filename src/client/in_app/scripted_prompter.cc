#include "client/in_app/scripted_prompter.h"

#include <algorithm>

namespace signet::client::in_app {
namespace {

using Entry = std::pair<std::string, SecretText>;

bool has_value(const Field& field) {
  return !field.value.empty() || field.type == FieldType::Select || field.type == FieldType::Checkbox;
}

}  // namespace

bool ScriptedPrompter::has_answer(std::string_view name) const {
  return std::ranges::find(script_.answers, name, &Entry::first) != script_.answers.end();
}

bool ScriptedPrompter::can_fill(const Action& form) const {
  const auto is_answered = [this](const Field& field) {
    return !field.is_asked() || has_answer(field.name) || has_value(field) || !field.required;
  };
  return std::ranges::all_of(form.fields, is_answered);
}

/// The front of the script's choices is used up by the first page that offers it.
const Choice* ScriptedPrompter::choose(const Choices& choices) {
  const Choice* const wanted = script_.choices.empty() ? nullptr : choices.find(script_.choices.front());
  if (wanted != nullptr) {
    if (!can_fill(wanted->form)) return nullptr;
    script_.choices.erase(script_.choices.begin());
    return wanted;
  }
  const auto uses_answers = [this](const Choice& choice) {
    return can_fill(choice.form) && std::ranges::any_of(choice.form.fields, [this](const Field& field) {
             return field.is_asked() && has_answer(field.name);
           });
  };
  const auto usable = std::ranges::count_if(choices.possible, uses_answers);
  return usable == 1 ? &*std::ranges::find_if(choices.possible, uses_answers) : nullptr;
}

Answer ScriptedPrompter::fill(const Choice& choice) {
  Answer answer{.form = choice.form, .address = choice.address};
  for (const auto& field : choice.form.fields) {
    const auto found = std::ranges::find(script_.answers, field.name, &Entry::first);
    if (!field.is_asked() || found == script_.answers.end()) continue;
    answer.values[field.name] = std::move(found->second);
    script_.answers.erase(found);
  }
  return answer;
}

Result<Answer> ScriptedPrompter::ask(const Representation& page, const std::optional<Problem>& problem) {
  const Choices choices = list_choices(page.actions);
  if (const Choice* const choice = choose(choices)) return fill(*choice);
  return otherwise_.ask(page, problem);
}

Result<std::optional<Answer>> ScriptedPrompter::wait(const Representation& page, Duration interval) {
  const Choices choices = list_choices(page.actions);
  const Choice* const wanted = script_.choices.empty() ? nullptr : choices.find(script_.choices.front());
  if (wanted == nullptr || !can_fill(wanted->form)) return otherwise_.wait(page, interval);
  script_.choices.erase(script_.choices.begin());
  return std::optional(fill(*wanted));
}

}  // namespace signet::client::in_app
