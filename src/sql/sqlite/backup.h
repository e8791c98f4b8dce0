#pragma once
// Files of the database: a new one readable by its owner alone, and a copy of a running one.

#include <string>

#include "base/result.h"

namespace signet::sql::sqlite {

/// Makes an empty file with mode 0600. Fails: Conflict (it exists), Unavailable (no such directory, no permission)
[[nodiscard]] Result<void> create_file(const std::string& path);
/// The same, and content with a file that is already there.
[[nodiscard]] Result<void> create_file_if_missing(const std::string& path);

/// Copies the database at `from` into the new file `to` as of one moment, while others write. Fails: Conflict,
/// Unavailable
[[nodiscard]] Result<void> copy_database(const std::string& from, const std::string& to);

}  // namespace signet::sql::sqlite
