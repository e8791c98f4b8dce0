#include "store/pushed_requests.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO pushed_requests (request_uri_hash, issuer, client_id, request, expires_at, consumed_at)"
    " VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kConsume =
    "UPDATE pushed_requests SET consumed_at = $2"
    " WHERE request_uri_hash = $1 AND consumed_at IS NULL AND expires_at > $2";
constexpr std::string_view kFind =
    "SELECT request_uri_hash, issuer, client_id, request, expires_at, consumed_at FROM pushed_requests"
    " WHERE request_uri_hash = $1";

Result<PushedRequestRecord> decode(const sql::Row& row) {
  TRY_ASSIGN(const oauth::TokenHash hash, read_hash<oauth::TokenHash>(row, 0));
  auto request = oauth::parse_stored_authorization_request(row.text(3));
  if (!request) return fail_unreadable("authorization request");
  return PushedRequestRecord{.request_uri_hash = hash,
                             .issuer = row.text(1),
                             .client_id = row.text(2),
                             .request = std::move(*request),
                             .expires_at = row.instant(4),
                             .consumed_at = row.find_instant(5)};
}

}  // namespace

void PushedRequests::add_insert(sql::Batch& batch, const PushedRequestRecord& pushed) {
  batch.add(kInsert, {hash_value(pushed.request_uri_hash.bytes()), pushed.issuer, pushed.client_id,
                      oauth::render_authorization_request(pushed.request), time_value(pushed.expires_at),
                      time_value(pushed.consumed_at)});
}

std::size_t PushedRequests::add_consume(sql::Batch& batch, const oauth::TokenHash& request_uri_hash, Instant now) {
  return batch.add_guard(kConsume, {hash_value(request_uri_hash.bytes()), time_value(now)});
}

Task<Result<std::unique_ptr<PushedRequestRecord>>> PushedRequests::find(oauth::TokenHash request_uri_hash) const {
  return find_large<PushedRequestRecord>(database_, {kFind, {hash_value(request_uri_hash.bytes())}}, decode);
}

}  // namespace signet::store
