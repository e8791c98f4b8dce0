#include "store/workflow_instances.h"

#include "store/columns.h"

namespace signet::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO workflow_instances (instance_hash, issuer, binding_hash, definition, state, version, expires_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kAdvance =
    "UPDATE workflow_instances SET state = $3, version = version + 1, expires_at = $5"
    " WHERE instance_hash = $1 AND version = $2 AND expires_at > $4";
constexpr std::string_view kRestate =
    "UPDATE workflow_instances SET state = $3 WHERE instance_hash = $1 AND version = $2 AND expires_at > $4";
constexpr std::string_view kRemove =
    "DELETE FROM workflow_instances WHERE instance_hash = $1 AND version = $2 AND expires_at > $3";
constexpr std::string_view kFind =
    "SELECT instance_hash, issuer, binding_hash, definition, state, version, expires_at FROM workflow_instances"
    " WHERE instance_hash = $1 AND expires_at > $2";

Result<WorkflowInstanceRecord> decode(const sql::Row& row) {
  TRY_ASSIGN(const oauth::InstanceHash hash, read_hash<oauth::InstanceHash>(row, 0));
  TRY_ASSIGN(const Digest256 binding_hash, read_digest(row, 2));
  return WorkflowInstanceRecord{.instance_hash = hash,
                                .issuer = row.text(1),
                                .binding_hash = binding_hash,
                                .definition = row.text(3),
                                .state = row.text(4),
                                .version = row.integer(5),
                                .expires_at = row.instant(6)};
}

}  // namespace

void WorkflowInstances::add_insert(sql::Batch& batch, const WorkflowInstanceRecord& instance) {
  batch.add(kInsert, {hash_value(instance.instance_hash.bytes()), instance.issuer, hash_value(instance.binding_hash),
                      instance.definition, instance.state, instance.version, time_value(instance.expires_at)});
}

std::size_t WorkflowInstances::add_advance(sql::Batch& batch, const oauth::InstanceHash& instance_hash,
                                           std::int64_t version, const std::string& state, Instant expires_at,
                                           Instant now) {
  return batch.add_guard(kAdvance,
                         {hash_value(instance_hash.bytes()), version, state, time_value(now), time_value(expires_at)});
}

std::size_t WorkflowInstances::add_restate(sql::Batch& batch, const oauth::InstanceHash& instance_hash,
                                           std::int64_t version, const std::string& state, Instant now) {
  return batch.add_guard(kRestate, {hash_value(instance_hash.bytes()), version, state, time_value(now)});
}

std::size_t WorkflowInstances::add_remove(sql::Batch& batch, const oauth::InstanceHash& instance_hash,
                                          std::int64_t version, Instant now) {
  return batch.add_guard(kRemove, {hash_value(instance_hash.bytes()), version, time_value(now)});
}

Task<Result<std::optional<WorkflowInstanceRecord>>> WorkflowInstances::find(oauth::InstanceHash instance_hash,
                                                                            Instant now) const {
  return find_one<WorkflowInstanceRecord>(database_, {kFind, {hash_value(instance_hash.bytes()), time_value(now)}},
                                          decode);
}

}  // namespace signet::store
