#pragma once
// Rings when a revocation has been committed, for the questions of gateways that are held until then.

#include "net/bell.h"
#include "sql/database.h"

namespace signet::server {

/// Outlives the database that it listens to.
class RevocationBell final : public net::Bell, public sql::CommitListener {
 public:
  void on_announced() override { ring(); }
};

}  // namespace signet::server
