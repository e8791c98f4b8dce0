#pragma once
// Logins in progress. The version makes each step of an instance single-use: of two inputs to one state only one
// advances it.

#include <optional>
#include <string>

#include "oauth/token_hash.h"
#include "sql/database.h"

namespace signet::store {

struct WorkflowInstanceRecord {
  oauth::InstanceHash instance_hash;  ///< of the instance's handle
  std::string issuer;
  Digest256 binding_hash{};  ///< SHA-256 of the browser's cookie or of the thumbprint of the app's key
  std::string definition;
  std::string state;  ///< JSON of the workflow engine
  std::int64_t version = 1;
  Instant expires_at{};
  bool operator==(const WorkflowInstanceRecord&) const = default;
};

class WorkflowInstances {
 public:
  explicit WorkflowInstances(sql::Database& database) : database_(database) {}

  static void add_insert(sql::Batch& batch, const WorkflowInstanceRecord& instance);
  /// Adds a guard that fails when the instance has another version by now, is gone or has expired. Success makes the
  /// version one higher, and the instance ends at `expires_at` from then on.
  /// Needs: an end no earlier than the one in its handle, since rows are looked for by that when they are removed.
  static std::size_t add_advance(sql::Batch& batch, const oauth::InstanceHash& instance_hash, std::int64_t version,
                                 const std::string& state, Instant expires_at, Instant now);
  /// Adds a guard that fails as add_advance does. The instance is not moved: what is under way with its version goes
  /// on.
  static std::size_t add_restate(sql::Batch& batch, const oauth::InstanceHash& instance_hash, std::int64_t version,
                                 const std::string& state, Instant now);
  /// Adds a guard that fails as add_advance does: an instance is finished once.
  static std::size_t add_remove(sql::Batch& batch, const oauth::InstanceHash& instance_hash, std::int64_t version,
                                Instant now);

  /// An instance that has not expired. Fails: Unavailable
  /// Needs: the caller compares the issuer and the binding.
  [[nodiscard]] Task<Result<std::optional<WorkflowInstanceRecord>>> find(oauth::InstanceHash instance_hash,
                                                                         Instant now) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
