#pragma once
// A file system for SQLite that writes what a commit adds to the write-ahead log in one call.
//
// SQLite writes a header and a page for each frame, two calls for a page, though the frames of a commit stand one
// behind the other. Here they are gathered and written when SQLite syncs. Everything else is the system's own.

namespace signet::sql::sqlite {

/// The name to open a writing connection with. Needs: PRAGMA synchronous=FULL, under which SQLite syncs the log before
/// it shows a commit to anybody: the sync writes what was gathered, and fails when that failed. Thread: any
[[nodiscard]] const char* gathering_file_system();

}  // namespace signet::sql::sqlite
