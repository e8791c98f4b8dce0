#pragma once
// Single use of JWTs: client assertions, DPoP proofs, request objects, by oauth::replay_hash.

#include "sql/database.h"

namespace signet::store {

class Replay {
 public:
  /// Adds a guard that fails when the name was marked before. The mark stays until the time with which its name
  /// begins, when the JWT has stopped being accepted. Spec: RFC7523-3 (jti), RFC9449-11.1
  static std::size_t add_mark(sql::Batch& batch, const Digest256& replay_hash);

  /// Adds the removal of what has ended long ago, at most `limit` commits of it; gives a row for each.
  static void add_removal(sql::Batch& batch, Instant now, std::size_t limit);

  /// Adds a write of a mark that has ended long ago: what a trial needs whether anything can be written at all.
  static void add_trial(sql::Batch& batch);
};

}  // namespace signet::store
