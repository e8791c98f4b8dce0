#include "server/authn/facts.h"

#include <algorithm>
#include <span>

namespace signet::server::authn::fact {

namespace {

bool is_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

json::object without_user(const json::object& facts) {
  json::object forgotten;
  for (const auto& fact : facts) {
    const std::string_view name = fact.key();
    if (!is_of(kOfTheRequest, name) && !is_of(kOfTheMoment, name)) forgotten[name] = nullptr;
  }
  return forgotten;
}

bool is_set(const json::object& facts, std::string_view name) {
  const auto* value = facts.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<std::string> list(const json::object& facts, std::string_view name) {
  auto found = find_strings(facts, name);
  return found && *found ? std::move(**found) : std::vector<std::string>{};
}

std::int64_t integer(const json::object& facts, std::string_view name) {
  const auto found = find_integer(facts, name);
  return found ? found->value_or(0) : 0;
}

std::string text(const json::object& facts, std::string_view name) {
  return std::string(peek_string(facts, name));
}

json::object object(const json::object& facts, std::string_view name) {
  const auto* value = facts.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : json::object{};
}

}  // namespace signet::server::authn::fact
