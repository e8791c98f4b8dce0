#pragma once
// The schema's history: migrations/NNNN_name.sql as constants, generated at build time by embed_migrations.cmake.

#include <span>

#include "sql/migrate.h"

namespace signet::store {

/// Every migration of the schema, in order.
[[nodiscard]] std::span<const sql::Migration> migrations();

}  // namespace signet::store
