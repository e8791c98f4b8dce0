#include "store/consents.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kUpsert =
    "INSERT INTO consents (account_id, client_id, issuer, scope, claims, updated_at) VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (account_id, client_id, issuer) DO UPDATE SET"
    " scope = excluded.scope, claims = excluded.claims, updated_at = excluded.updated_at";
constexpr std::string_view kRemove = "DELETE FROM consents WHERE account_id = $1 AND client_id = $2 AND issuer = $3";
constexpr std::string_view kFind =
    "SELECT account_id, client_id, issuer, scope, claims, updated_at FROM consents"
    " WHERE account_id = $1 AND client_id = $2 AND issuer = $3";
constexpr std::string_view kList =
    "SELECT account_id, client_id, issuer, scope, claims, updated_at FROM consents"
    " WHERE account_id = $1 ORDER BY client_id, issuer";

Result<ConsentRecord> decode(const sql::Row& row) {
  return read_consent(row, 0);
}

}  // namespace

Result<ConsentRecord> read_consent(const sql::Row& row, std::size_t first) {
  ConsentRecord consent;
  consent.account_id = row.text(first);
  consent.client_id = row.text(first + 1);
  consent.issuer = row.text(first + 2);
  consent.scope = read_words(row, first + 3);
  // Names of claims come from clients and may hold spaces, so that words would let one name read as two.
  TRY_ASSIGN(consent.claims, read_list(row, first + 4));
  consent.updated_at = row.instant(first + 5);
  return consent;
}

void Consents::add_upsert(sql::Batch& batch, const ConsentRecord& consent) {
  batch.add(kUpsert, {consent.account_id, consent.client_id, consent.issuer, words_value(consent.scope),
                      list_value(consent.claims), time_value(consent.updated_at)});
}

void Consents::add_remove(sql::Batch& batch, const std::string& account_id, const std::string& client_id,
                          const std::string& issuer) {
  batch.add(kRemove, {account_id, client_id, issuer});
}

Task<Result<std::optional<ConsentRecord>>> Consents::find(std::string account_id, std::string client_id,
                                                          std::string issuer) const {
  return find_one<ConsentRecord>(database_, {kFind, {std::move(account_id), std::move(client_id), std::move(issuer)}},
                                 decode);
}

Task<Result<std::vector<ConsentRecord>>> Consents::list(std::string account_id) const {
  return find_all<ConsentRecord>(database_, {kList, {std::move(account_id)}}, decode);
}

}  // namespace signet::store
