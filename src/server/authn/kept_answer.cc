#include "server/authn/kept_answer.h"

#include "server/authn/page.h"

namespace signet::server::authn {
namespace {

/// Ties the seal to its login: moved elsewhere it does not open.
std::string context_of(std::string_view handle) {
  return "client answer\n" + std::string(handle);
}

}  // namespace

void keep_answer(const StepWork& work, workflow::Facts& facts) {
  const Exchange& exchange = work.exchange;
  if (!work.answer || exchange.is_app) return;  // an app reads each of its answers
  Context& context = exchange.context;
  const Bytes sealed = context.factor_key.seal(context.random, as_bytes(work.answer->location),
                                               as_bytes(context_of(work.interaction.handle)));
  facts[fact::kClientAnswer] = json::object{{"version", work.interaction.instance.version},
                                            {"ends_at", to_unix_millis(exchange.now + kAnswerKept)},
                                            {"location", encode_base64url(sealed)}};
}

std::optional<http::Response> repeat_answer(const Exchange& exchange, const Interaction& ended, std::int64_t version) {
  const json::object kept = fact::object(ended.instance.facts, fact::kClientAnswer);
  if (kept.empty() || exchange.is_app || fact::integer(kept, "version") != version) return std::nullopt;
  if (exchange.now >= from_unix_millis(fact::integer(kept, "ends_at"))) return std::nullopt;
  const auto sealed = decode_base64url(peek_string(kept, "location"));
  if (!sealed) return std::nullopt;
  const auto location = exchange.context.factor_key.open(*sealed, as_bytes(context_of(ended.handle)));
  if (!location) return std::nullopt;
  return make_redirect(exchange, std::string(as_text(location->reveal())));
}

}  // namespace signet::server::authn
