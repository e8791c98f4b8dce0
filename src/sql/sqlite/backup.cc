#include "sql/sqlite/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "sql/sqlite/connection.h"

namespace signet::sql::sqlite {
namespace {

struct CloseHandle {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};

// All pages in one step: that is one read transaction, so the copy is of one moment and no writer can make it start
// again.
Result<void> copy_pages(sqlite3* from, sqlite3* to) {
  sqlite3_backup* const copy = sqlite3_backup_init(to, "main", from, "main");
  if (copy == nullptr) return fail_with(to, sqlite3_errcode(to));
  constexpr int all_pages = -1;
  const int stepped = sqlite3_backup_step(copy, all_pages);
  const int finished = sqlite3_backup_finish(copy);
  if (stepped != SQLITE_DONE) return fail_with(to, stepped);
  if (finished != SQLITE_OK) return fail_with(to, finished);
  return {};
}

Result<void> copy_into(const std::string& from, const std::string& to) {
  TRY_ASSIGN(const auto source, Connection::open(from, Access::Read));
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(to.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, CloseHandle> target(opened);
  if (code != SQLITE_OK) return fail_with(opened, code);
  return copy_pages(source->handle(), opened);
}

// The new name is in the directory, and only a sync of the directory keeps it there when the power fails.
Result<void> sync_directory_of(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced)
    return fail(ErrorCode::Unavailable, "The service cannot reach its storage at the moment.", "fsync of a directory");
  return {};
}

// What an administrator makes as root in the folder of a service must stay readable for the service. SQLite gives the
// files beside it the same owner.
void give_to_owner_of_directory(int descriptor, const std::string& path) {
  struct stat directory = {};
  if (::geteuid() != 0 || ::stat(std::filesystem::path(path).parent_path().c_str(), &directory) != 0) return;
  (void)!::fchown(descriptor, directory.st_uid, directory.st_gid);  // else the service says why it cannot open it
}

}  // namespace

Result<void> create_file(const std::string& path) {
  // O_EXCL also because closing a file that is already a database would drop this process's locks on it (POSIX).
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor >= 0) {
    give_to_owner_of_directory(descriptor, path);
    ::close(descriptor);
    return {};
  }
  const int reason = errno;
  if (reason == EEXIST) return fail(ErrorCode::Conflict, "The file exists already.", path + " exists already");
  std::string detail = reason == ENOENT ? "the directory of " + path + " does not exist"
                                        : "cannot create " + path + ": " + std::generic_category().message(reason);
  return fail(ErrorCode::Unavailable, "The service cannot reach its storage at the moment.", std::move(detail));
}

Result<void> create_file_if_missing(const std::string& path) {
  auto created = create_file(path);
  if (!created && created.error().code != ErrorCode::Conflict) return created;
  return {};
}

Result<void> copy_database(const std::string& from, const std::string& to) {
  const std::string target = std::filesystem::absolute(to).string();
  TRY(create_file(target));
  auto copied = copy_into(from, target);
  if (copied) copied = sync_directory_of(target);
  if (!copied) ::unlink(target.c_str());  // half a copy must not be mistaken for one
  return copied;
}

}  // namespace signet::sql::sqlite
