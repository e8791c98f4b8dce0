#include "store/device_registrations.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO device_registrations (code_hash, issuer, account_id, device, expires_at)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
constexpr std::string_view kAnswer =
    "UPDATE device_registrations SET device = $2 WHERE code_hash = $1 AND device = '' AND expires_at > $3";
constexpr std::string_view kConsume =
    "DELETE FROM device_registrations"
    " WHERE code_hash = $2 AND account_id = $1 AND device = $3 AND expires_at > $4";
constexpr std::string_view kFind =
    "SELECT code_hash, issuer, account_id, device, expires_at FROM device_registrations"
    " WHERE code_hash = $1 AND expires_at > $2";

Result<DeviceRegistrationRecord> decode(const sql::Row& row) {
  DeviceRegistrationRecord registration;
  TRY_ASSIGN(registration.code_hash, read_digest(row, 0));
  registration.issuer = row.text(1);
  registration.account_id = row.text(2);
  registration.device = row.text(3);
  registration.expires_at = row.instant(4);
  return registration;
}

}  // namespace

void DeviceRegistrations::add_insert(sql::Batch& batch, const DeviceRegistrationRecord& registration) {
  batch.add(kInsert, {hash_value(registration.code_hash), registration.issuer, registration.account_id,
                      registration.device, time_value(registration.expires_at)});
}

std::size_t DeviceRegistrations::add_answer(sql::Batch& batch, const Digest256& code_hash, const std::string& device,
                                            Instant now) {
  return batch.add_guard(kAnswer, {hash_value(code_hash), device, time_value(now)});
}

std::size_t DeviceRegistrations::add_consume(sql::Batch& batch, const std::string& account_id,
                                             const Digest256& code_hash, const std::string& device, Instant now) {
  return batch.add_guard(kConsume, {account_id, hash_value(code_hash), device, time_value(now)});
}

Task<Result<std::optional<DeviceRegistrationRecord>>> DeviceRegistrations::find(Digest256 code_hash,
                                                                                Instant now) const {
  return find_one<DeviceRegistrationRecord>(database_, {kFind, {hash_value(code_hash), time_value(now)}}, decode);
}

}  // namespace signet::store
