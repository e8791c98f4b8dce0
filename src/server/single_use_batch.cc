#include "server/single_use_batch.h"

namespace signet::server {

SingleUseBatch::SingleUseBatch(Exchange& exchange, const std::optional<SingleUse>& dpop_mark) : exchange_(exchange) {
  // The directory may know a client for a second longer than the store: what it then got would outlive it.
  client_guard_ = store::Clients::add_require(batch_, exchange.client().client_id, exchange.issuer.id());
  if (const auto& assertion = exchange.caller->assertion) {
    assertion_guard_ = store::Replay::add_mark(batch_, assertion->hash);
  }
  if (dpop_mark) dpop_guard_ = store::Replay::add_mark(batch_, dpop_mark->hash);
}

Task<Result<void>> SingleUseBatch::commit() {
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await exchange_.context.database.write(std::move(batch_)));
  if (result.failed_guard) co_return std::unexpected(refusal_of(*result.failed_guard));
  co_return Result<void>{};
}

Error SingleUseBatch::refusal_of(std::size_t failed_guard) const {
  if (failed_guard == client_guard_) return {ErrorCode::InvalidClient, "The client is not registered any more."};
  const bool is_mark = failed_guard == assertion_guard_ || failed_guard == dpop_guard_;
  if (!is_mark) return {ErrorCode::AlreadyUsed, "The credential was used before."};
  exchange_.context.metrics.count(Metrics::Counter::ReplaysRefused);
  if (failed_guard == assertion_guard_) {
    return {ErrorCode::InvalidClient, "The client_assertion was used before: its jti must be new for each request.",
            "replay"};
  }
  return {ErrorCode::InvalidDpopProof, "The DPoP proof was used before: its jti must be new for each request.",
          "replay"};
}

}  // namespace signet::server
