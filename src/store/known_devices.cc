#include "store/known_devices.h"

#include "store/columns.h"

namespace signet::store {
namespace {

// A device that comes back after its end is a new one.
constexpr std::string_view kUpsert =
    "INSERT INTO known_devices (account_id, device_hash, issuer, name, address, country, latitude, longitude,"
    " first_used_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    " ON CONFLICT (account_id, device_hash) DO UPDATE SET issuer = excluded.issuer, name = excluded.name,"
    " address = excluded.address, country = excluded.country, latitude = excluded.latitude,"
    " longitude = excluded.longitude, first_used_at = CASE WHEN known_devices.expires_at <= excluded.last_used_at"
    " THEN excluded.first_used_at ELSE known_devices.first_used_at END,"
    " last_used_at = excluded.last_used_at, expires_at = excluded.expires_at";
constexpr std::string_view kRemove = "DELETE FROM known_devices WHERE account_id = $1 AND device_hash = $2";
constexpr std::string_view kRemoveAll = "DELETE FROM known_devices WHERE account_id = $1";
constexpr std::string_view kFind =
    "SELECT account_id, device_hash, issuer, name, address, country, latitude, longitude, first_used_at, last_used_at,"
    " expires_at FROM known_devices WHERE account_id = $1 AND device_hash = $2 AND expires_at > $3";
constexpr std::string_view kNewest =
    "SELECT account_id, device_hash, issuer, name, address, country, latitude, longitude, first_used_at, last_used_at,"
    " expires_at FROM known_devices WHERE account_id = $1 AND expires_at > $2"
    " ORDER BY last_used_at DESC, device_hash LIMIT 1";
constexpr std::string_view kList =
    "SELECT account_id, device_hash, issuer, name, address, country, latitude, longitude, first_used_at, last_used_at,"
    " expires_at FROM known_devices WHERE account_id = $1 AND expires_at > $2"
    " ORDER BY last_used_at DESC, device_hash";

sql::Value degrees_value(std::optional<std::int64_t> millionths) {
  return millionths ? sql::Value(*millionths) : sql::Value();
}

std::optional<std::int64_t> read_degrees(const sql::Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}

Result<KnownDeviceRecord> decode(const sql::Row& row) {
  KnownDeviceRecord device;
  device.account_id = row.text(0);
  TRY_ASSIGN(device.device_hash, read_digest(row, 1));
  device.issuer = row.text(2);
  device.name = row.text(3);
  device.address = row.text(4);
  device.country = row.text(5);
  device.latitude = read_degrees(row, 6);
  device.longitude = read_degrees(row, 7);
  device.first_used_at = row.instant(8);
  device.last_used_at = row.instant(9);
  device.expires_at = row.instant(10);
  return device;
}

}  // namespace

void KnownDevices::add_upsert(sql::Batch& batch, const KnownDeviceRecord& device) {
  batch.add(kUpsert,
            {device.account_id, hash_value(device.device_hash), device.issuer, device.name, device.address,
             device.country, degrees_value(device.latitude), degrees_value(device.longitude),
             time_value(device.first_used_at), time_value(device.last_used_at), time_value(device.expires_at)});
}

std::size_t KnownDevices::add_remove(sql::Batch& batch, const std::string& account_id, const Digest256& device_hash) {
  return batch.add_guard(kRemove, {account_id, hash_value(device_hash)});
}

void KnownDevices::add_remove_all(sql::Batch& batch, const std::string& account_id) {
  batch.add(kRemoveAll, {account_id});
}

Task<Result<std::optional<KnownDeviceRecord>>> KnownDevices::find(std::string account_id, Digest256 device_hash,
                                                                  Instant now) const {
  return find_one<KnownDeviceRecord>(
      database_, {kFind, {std::move(account_id), hash_value(device_hash), time_value(now)}}, decode);
}

Task<Result<std::optional<KnownDeviceRecord>>> KnownDevices::newest(std::string account_id, Instant now) const {
  return find_one<KnownDeviceRecord>(database_, {kNewest, {std::move(account_id), time_value(now)}}, decode);
}

Task<Result<std::vector<KnownDeviceRecord>>> KnownDevices::list(std::string account_id, Instant now) const {
  return find_all<KnownDeviceRecord>(database_, {kList, {std::move(account_id), time_value(now)}}, decode);
}

}  // namespace signet::store
