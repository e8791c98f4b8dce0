#include "store/workflow_documents.h"

#include "store/columns.h"

namespace signet::store {
namespace {

// The number of the version is the last word between two who write at the same time.
constexpr std::string_view kInsert =
    "INSERT INTO workflow_documents (issuer, kind, name, version, document, actor, created_at)"
    " SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS TEXT),"
    " CAST($6 AS TEXT), CAST($7 AS BIGINT)"
    " WHERE COALESCE((SELECT version FROM workflow_versions WHERE issuer = $1 AND kind = $2 AND name = $3), 0) = $8"
    " ON CONFLICT DO NOTHING";
constexpr std::string_view kPutInForce =
    "INSERT INTO workflow_versions (issuer, kind, name, version) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (issuer, kind, name) DO UPDATE SET version = excluded.version";
constexpr std::string_view kActivate =
    "UPDATE workflow_versions SET version = $4 WHERE issuer = $1 AND kind = $2 AND name = $3 AND version = $5"
    " AND EXISTS (SELECT 1 FROM workflow_documents WHERE issuer = $1 AND kind = $2 AND name = $3 AND version = $4)";
/// From what comes with the program back to a version.
constexpr std::string_view kActivateFirst =
    "INSERT INTO workflow_versions (issuer, kind, name, version)"
    " SELECT issuer, kind, name, version FROM workflow_documents"
    " WHERE issuer = $1 AND kind = $2 AND name = $3 AND version = $4 ON CONFLICT DO NOTHING";
constexpr std::string_view kDeactivate =
    "DELETE FROM workflow_versions WHERE issuer = $1 AND kind = $2 AND name = $3 AND version = $4";
constexpr std::string_view kFindState =
    "SELECT COALESCE((SELECT version FROM workflow_versions WHERE issuer = $1 AND kind = $2 AND name = $3), 0),"
    " COALESCE((SELECT MAX(version) FROM workflow_documents WHERE issuer = $1 AND kind = $2 AND name = $3), 0)";
constexpr std::string_view kFind =
    "SELECT issuer, kind, name, version, document, actor, created_at FROM workflow_documents"
    " WHERE issuer = $1 AND kind = $2 AND name = $3 AND version = $4";
constexpr std::string_view kInForce =
    "SELECT kind, name, version FROM workflow_versions WHERE issuer = $1 UNION ALL"
    " SELECT 'threat', '', level FROM threat_level WHERE issuer = $1 AND (expires_at IS NULL OR expires_at > $2)";
constexpr std::string_view kList =
    "SELECT d.issuer, d.kind, d.name, d.version, d.document, d.actor, d.created_at FROM workflow_versions v"
    " JOIN workflow_documents d"
    " ON d.issuer = v.issuer AND d.kind = v.kind AND d.name = v.name AND d.version = v.version"
    " WHERE v.issuer = $1 ORDER BY d.kind, d.name";
constexpr std::string_view kHistory =
    "SELECT issuer, kind, name, version, document, actor, created_at FROM workflow_documents"
    " WHERE issuer = $1 AND kind = $2 AND name = $3 ORDER BY version DESC LIMIT $4";

Result<DocumentKind> read_kind(const sql::Row& row, std::size_t column) {
  for (const auto kind : {DocumentKind::Workflow, DocumentKind::Policy}) {
    if (row.text(column) == name_of(kind)) return kind;
  }
  return fail_unreadable("kind of document");
}

Result<WorkflowDocumentRecord> decode(const sql::Row& row) {
  TRY_ASSIGN(const DocumentKind kind, read_kind(row, 1));
  return WorkflowDocumentRecord{.key = {.issuer = row.text(0), .kind = kind, .name = row.text(2)},
                                .version = row.integer(3),
                                .document = row.text(4),
                                .actor = row.text(5),
                                .created_at = row.instant(6)};
}

Result<WorkflowDocuments::ActiveVersion> decode_active(const sql::Row& row) {
  TRY_ASSIGN(const DocumentKind kind, read_kind(row, 0));
  return WorkflowDocuments::ActiveVersion{.kind = kind, .name = row.text(1), .version = row.integer(2)};
}

Result<WorkflowDocuments::State> decode_state(const sql::Row& row) {
  return WorkflowDocuments::State{.active = row.integer(0), .latest = row.integer(1)};
}

std::string kind_value(const DocumentKey& key) {
  return std::string(name_of(key.kind));
}

}  // namespace

std::string_view name_of(DocumentKind kind) {
  return kind == DocumentKind::Workflow ? "workflow" : "policy";
}

std::size_t WorkflowDocuments::add_apply(sql::Batch& batch, const WorkflowDocumentRecord& document,
                                         std::int64_t expected) {
  const DocumentKey& key = document.key;
  const std::size_t guard =
      batch.add_guard(kInsert, {key.issuer, kind_value(key), key.name, document.version, document.document,
                                document.actor, time_value(document.created_at), expected});
  batch.add(kPutInForce, {key.issuer, kind_value(key), key.name, document.version});
  return guard;
}

std::size_t WorkflowDocuments::add_activate(sql::Batch& batch, const DocumentKey& key, std::int64_t version,
                                            std::int64_t expected) {
  if (version == 0) return batch.add_guard(kDeactivate, {key.issuer, kind_value(key), key.name, expected});
  if (expected == 0) return batch.add_guard(kActivateFirst, {key.issuer, kind_value(key), key.name, version});
  return batch.add_guard(kActivate, {key.issuer, kind_value(key), key.name, version, expected});
}

Task<Result<WorkflowDocuments::State>> WorkflowDocuments::find_state(DocumentKey key) const {
  CO_TRY_ASSIGN(const auto found, co_await find_one<State>(
                                      database_, {kFindState, {key.issuer, kind_value(key), key.name}}, decode_state));
  co_return found.value_or(State{});
}

Task<Result<std::optional<WorkflowDocumentRecord>>> WorkflowDocuments::find(DocumentKey key,
                                                                            std::int64_t version) const {
  return find_one<WorkflowDocumentRecord>(database_, {kFind, {key.issuer, kind_value(key), key.name, version}}, decode);
}

Task<Result<WorkflowDocuments::Active>> WorkflowDocuments::find_in_force(std::string issuer, Instant now) const {
  CO_TRY_ASSIGN(const auto rows, co_await database_.read({kInForce, {std::move(issuer), time_value(now)}}));
  Active in_force;
  for (const sql::Row& row : rows) {
    if (row.text(0) == "threat") {
      in_force.threat_level = row.integer(2);
    } else {
      CO_TRY_ASSIGN(ActiveVersion active, decode_active(row));
      in_force.versions.push_back(std::move(active));
    }
  }
  co_return in_force;
}

Task<Result<std::vector<WorkflowDocumentRecord>>> WorkflowDocuments::list(std::string issuer) const {
  return find_all<WorkflowDocumentRecord>(database_, {kList, {std::move(issuer)}}, decode);
}

Task<Result<std::vector<WorkflowDocumentRecord>>> WorkflowDocuments::history(DocumentKey key, std::size_t limit) const {
  return find_all<WorkflowDocumentRecord>(
      database_, {kHistory, {key.issuer, kind_value(key), key.name, limit_value(limit)}}, decode);
}

}  // namespace signet::store
