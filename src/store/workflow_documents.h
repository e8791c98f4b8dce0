#pragma once
// Workflows and policies that operators applied: every version, and which one is in force.

#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"

namespace signet::store {

enum class DocumentKind { Workflow, Policy };
/// "workflow" or "policy": also the member of a document that carries its name.
[[nodiscard]] std::string_view name_of(DocumentKind kind);

/// What has versions of its own.
struct DocumentKey {
  std::string issuer;
  DocumentKind kind = DocumentKind::Policy;
  std::string name;
  auto operator<=>(const DocumentKey&) const = default;
};

struct WorkflowDocumentRecord {
  DocumentKey key;
  std::int64_t version = 1;
  std::string document;  ///< JSON
  std::string actor;     ///< who applied it
  Instant created_at{};
  bool operator==(const WorkflowDocumentRecord&) const = default;
};

class WorkflowDocuments {
 public:
  explicit WorkflowDocuments(sql::Database& database) : database_(database) {}

  /// Version 0 stands for what comes with the program.
  struct State {
    std::int64_t active = 0;
    std::int64_t latest = 0;
    bool operator==(const State&) const = default;
  };
  struct ActiveVersion {
    DocumentKind kind = DocumentKind::Policy;
    std::string name;
    std::int64_t version = 0;
    bool operator==(const ActiveVersion&) const = default;
  };
  struct Active {
    std::vector<ActiveVersion> versions = {};
    std::int64_t threat_level = 0;
  };

  /// Stores a new version and puts it in force. Adds a guard that fails when its number is taken or `expected` is no
  /// longer in force: of two operators who start from the same version only one succeeds.
  static std::size_t add_apply(sql::Batch& batch, const WorkflowDocumentRecord& document, std::int64_t expected);
  /// Puts another version in force; 0 is the one of the program. Adds a guard that fails when there is no such version
  /// or `expected` is no longer in force.
  static std::size_t add_activate(sql::Batch& batch, const DocumentKey& key, std::int64_t version,
                                  std::int64_t expected);

  /// Fails: Unavailable
  [[nodiscard]] Task<Result<State>> find_state(DocumentKey key) const;
  [[nodiscard]] Task<Result<std::optional<WorkflowDocumentRecord>>> find(DocumentKey key, std::int64_t version) const;
  /// All that is in force at `now`, the threat level too: one cheap read, for every step of a login asks. Fails:
  /// Unavailable, Bug (unreadable)
  [[nodiscard]] Task<Result<Active>> find_in_force(std::string issuer, Instant now) const;
  /// The documents that are in force. Fails: as above
  [[nodiscard]] Task<Result<std::vector<WorkflowDocumentRecord>>> list(std::string issuer) const;
  /// Versions, newest first. Fails: as above
  [[nodiscard]] Task<Result<std::vector<WorkflowDocumentRecord>>> history(DocumentKey key, std::size_t limit) const;

 private:
  sql::Database& database_;
};

}  // namespace signet::store
