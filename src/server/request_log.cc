#include "server/request_log.h"

#include <algorithm>

namespace signet::server {
namespace {

/// A method is what was sent, so only those that endpoints know are written.
std::string_view known_method(std::string_view method) {
  constexpr std::string_view kKnown[] = {"GET", "HEAD", "POST", "OPTIONS"};
  const auto* const found = std::ranges::find(kKnown, method);
  return found == std::end(kKnown) ? "other" : *found;
}

}  // namespace

void log_answer(const Exchange& exchange, int status) {
  exchange.context.log.debug("request.answered", {{"issuer", exchange.issuer.id()},
                                                  {"endpoint", exchange.endpoint_path},
                                                  {"method", known_method(exchange.request.method)},
                                                  {"status", std::to_string(status)}});
}

void log_refusal(const Exchange& exchange, const Error& error) {
  const std::string place = std::string(error.where.file_name()) + ":" + std::to_string(error.where.line());
  exchange.context.log.debug("request.refused", {{"issuer", exchange.issuer.id()},
                                                 {"endpoint", exchange.endpoint_path},
                                                 {"error", name_of(error.code)},
                                                 {"text", error.public_text.view()},
                                                 {"at", place}});
}

}  // namespace signet::server
