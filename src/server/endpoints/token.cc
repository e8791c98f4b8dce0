#include "oauth/core_rfc6749.h"
#include "server/endpoints/endpoints.h"
#include "server/grants/grant.h"
#include "server/possession.h"

namespace signet::server {
namespace {

Result<const GrantRow*> select_grant(const Exchange& exchange) {
  const auto grant_type = exchange.form.find("grant_type");
  if (!grant_type) return fail(ErrorCode::InvalidRequest, "The parameter grant_type is missing.");
  for (const GrantRow& row : grants()) {
    if (row.grant_type != *grant_type) continue;
    const bool allowed =
        exchange.client().may_use_grant(row.grant_type) && (row.public_clients || !exchange.client().is_public());
    if (!allowed) return fail(ErrorCode::UnauthorizedClient, "The client is not registered for this grant_type.");
    return &row;
  }
  return fail(ErrorCode::UnsupportedGrantType, "The value of grant_type is not supported here.");
}

}  // namespace

Task<Result<http::Response>> token(Exchange& exchange) {
  CO_TRY_ASSIGN(const GrantRow* row, select_grant(exchange));
  auto issued = co_await row->grant(exchange);
  if (!issued) {
    exchange.context.metrics.count(Metrics::Counter::TokensRefused);
    co_return std::unexpected(std::move(issued).error());
  }
  http::Response response = http::make_json_response(200, oauth::render_token_response(*issued));
  add_fresh_nonce(exchange, response);
  co_return response;
}

}  // namespace signet::server
