#include "server/authn/sealed_facts.h"

namespace signet::server::authn {
namespace {

/// Ties a seal to its login and its name: moved elsewhere it does not open.
std::string context_of(std::string_view handle, std::string_view name) {
  return "fact\n" + std::string(handle) + "\n" + std::string(name);
}

}  // namespace

workflow::Facts seal_fact(const StepWork& work, std::string_view name, std::string_view plain) {
  Context& context = work.exchange.context;
  json::object sealed = fact::object(work.facts, fact::kSealed);
  sealed[name] = encode_base64url(
      context.factor_key.seal(context.random, as_bytes(plain), as_bytes(context_of(work.interaction.handle, name))));
  return {{fact::kSealed, std::move(sealed)}};
}

workflow::Facts forget_sealed(const workflow::Facts& facts, std::string_view name) {
  json::object sealed = fact::object(facts, fact::kSealed);
  sealed.erase(name);
  if (sealed.empty()) return {{fact::kSealed, nullptr}};
  return {{fact::kSealed, std::move(sealed)}};
}

void open_facts(const Exchange& exchange, std::string_view handle, workflow::Facts& facts) {
  const json::object sealed = fact::object(facts, fact::kSealed);
  if (sealed.empty()) return;
  json::object opened;
  for (const auto& one : sealed) {
    const auto bytes = decode_base64url(peek_string(sealed, one.key()));
    if (!bytes) continue;
    const auto plain = exchange.context.factor_key.open(*bytes, as_bytes(context_of(handle, one.key())));
    if (plain) opened[one.key()] = as_text(plain->reveal());
  }
  facts[fact::kOpened] = std::move(opened);
}

std::string find_opened(const workflow::Facts& facts, std::string_view name) {
  return fact::text(fact::object(facts, fact::kOpened), name);
}

}  // namespace signet::server::authn
