#include "server/management.h"

#include <algorithm>

#include "base/json.h"
#include "store/replay.h"

namespace signet::server {
namespace {

constexpr std::string_view kProbe = "SELECT COUNT(*) FROM signing_keys";

http::Response make_text_response(int status, std::string_view content_type, std::string body) {
  http::Response response{.status = status, .fields = {}, .body = std::move(body)};
  response.fields.set("Content-Type", content_type);
  response.fields.set("Cache-Control", "no-store");
  return response;
}

http::Response make_answer(int status, std::string body) {
  return make_text_response(status, "application/json", std::move(body));
}

}  // namespace

Task<http::Response> Management::handle(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response refused = make_answer(405, R"({"error":"method_not_allowed"})");
    refused.fields.set("Allow", "GET, HEAD");
    co_return refused;
  }
  if (request.path() == "/health/live") co_return make_answer(200, R"({"status":"live"})");
  if (request.path() == "/health/ready") co_return co_await ready();
  if (request.path() == "/metrics") co_return make_text_response(200, Metrics::kContentType, metrics_.render());
  co_return make_answer(404, R"({"error":"not_found"})");
}

Task<http::Response> Management::ready() {
  const bool probe = co_await is_storage_well();
  const bool keys = std::ranges::all_of(issuers_, [](const auto& issuer) {
    const auto ring = issuer->keys();
    return ring && !ring->current.empty();
  });
  const bool draining = draining_.load(std::memory_order_relaxed);
  const bool all = probe && keys && !draining;
  JsonWriter body;
  body.text("status", draining ? "stopping" : all ? "ready" : "not ready");
  body.text("database", probe ? "ok" : "failed").text("keys", keys ? "ok" : "missing");
  co_return make_answer(all ? 200 : 503, std::move(body).take());
}

/// Once a commit has failed, balancers send nothing here that could succeed: whether there is room again must be tried.
Task<bool> Management::is_storage_well() {
  if (!co_await database_.read({.text = kProbe, .values = {}})) co_return false;
  if (!storage_.is_failing()) co_return true;
  sql::Batch batch;
  store::Replay::add_trial(batch);
  if (!co_await database_.write(std::move(batch))) co_return false;
  storage_.recover();
  co_return true;
}

}  // namespace signet::server
