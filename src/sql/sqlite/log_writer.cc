#include "sql/sqlite/log_writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace signet::sql::sqlite {
namespace {

constexpr const char* kName = "signet-gathering";
constexpr std::size_t kRoom = 0x1ffff;  // the most that SQLite's own files write in one call

sqlite3_vfs& system_files() {
  static sqlite3_vfs* const files = sqlite3_vfs_find(nullptr);
  return *files;
}

/// The log as the writing connection sees it. SQLite's file object stands first and the system's own stands behind.
struct Log {
  sqlite3_file base{};
  std::unique_ptr<std::byte[]> gathered{new (std::nothrow) std::byte[kRoom]};
  std::size_t size = 0;          // of what is gathered
  sqlite3_int64 begin = 0;       // where it belongs
  int unwritten = SQLITE_OK;     // why gathered frames were lost: no sync may succeed after that
  sqlite3_file* file = nullptr;  // the system's

  [[nodiscard]] static Log& of(sqlite3_file* file) { return *reinterpret_cast<Log*>(file); }

  int write_out() {
    if (size == 0) return SQLITE_OK;
    const int result = file->pMethods->xWrite(file, gathered.get(), static_cast<int>(std::exchange(size, 0)), begin);
    if (result != SQLITE_OK) unwritten = result;
    return result;
  }
};

constexpr std::size_t kOwnSize = (sizeof(Log) + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);

int write(sqlite3_file* self, const void* data, int amount, sqlite3_int64 at) {
  Log& log = Log::of(self);
  const auto bytes = static_cast<std::size_t>(amount);
  const bool follows = log.size > 0 && at == log.begin + static_cast<sqlite3_int64>(log.size);
  if (!follows || log.size + bytes > kRoom) {
    if (const int result = log.write_out(); result != SQLITE_OK) return result;
    log.begin = at;
  }
  if (bytes > kRoom) return log.file->pMethods->xWrite(log.file, data, amount, at);
  std::memcpy(log.gathered.get() + log.size, data, bytes);
  log.size += bytes;
  return SQLITE_OK;
}

int sync(sqlite3_file* self, int flags) {
  Log& log = Log::of(self);
  (void)log.write_out();
  if (log.unwritten != SQLITE_OK) return std::exchange(log.unwritten, SQLITE_OK);
  return log.file->pMethods->xSync(log.file, flags);
}

int read(sqlite3_file* self, void* data, int amount, sqlite3_int64 at) {
  Log& log = Log::of(self);
  if (const int result = log.write_out(); result != SQLITE_OK) return result;
  return log.file->pMethods->xRead(log.file, data, amount, at);
}

int truncate(sqlite3_file* self, sqlite3_int64 size) {
  Log& log = Log::of(self);
  if (const int result = log.write_out(); result != SQLITE_OK) return result;
  return log.file->pMethods->xTruncate(log.file, size);
}

int file_size(sqlite3_file* self, sqlite3_int64* size) {
  Log& log = Log::of(self);
  if (const int result = log.write_out(); result != SQLITE_OK) return result;
  return log.file->pMethods->xFileSize(log.file, size);
}

int close(sqlite3_file* self) {
  Log& log = Log::of(self);
  const int written = log.write_out();
  const int closed = log.file->pMethods->xClose(log.file);
  log.~Log();
  return written != SQLITE_OK ? written : closed;
}

int lock(sqlite3_file* self, int level) {
  sqlite3_file* const file = Log::of(self).file;
  return file->pMethods->xLock(file, level);
}
int unlock(sqlite3_file* self, int level) {
  sqlite3_file* const file = Log::of(self).file;
  return file->pMethods->xUnlock(file, level);
}
int check_reserved_lock(sqlite3_file* self, int* reserved) {
  sqlite3_file* const file = Log::of(self).file;
  return file->pMethods->xCheckReservedLock(file, reserved);
}
int file_control(sqlite3_file* self, int operation, void* argument) {
  sqlite3_file* const file = Log::of(self).file;
  return file->pMethods->xFileControl(file, operation, argument);
}
int sector_size(sqlite3_file* self) {
  sqlite3_file* const file = Log::of(self).file;
  return file->pMethods->xSectorSize(file);
}
int device_characteristics(sqlite3_file* self) {
  sqlite3_file* const file = Log::of(self).file;
  return file->pMethods->xDeviceCharacteristics(file);
}

sqlite3_io_methods make_log_methods() {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;
  methods.xClose = close;
  methods.xRead = read;
  methods.xWrite = write;
  methods.xTruncate = truncate;
  methods.xSync = sync;
  methods.xFileSize = file_size;
  methods.xLock = lock;
  methods.xUnlock = unlock;
  methods.xCheckReservedLock = check_reserved_lock;
  methods.xFileControl = file_control;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = device_characteristics;
  return methods;
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* self, int flags, int* out_flags) {
  static const sqlite3_io_methods methods = make_log_methods();
  sqlite3_vfs& files = system_files();
  if ((flags & SQLITE_OPEN_WAL) == 0) return files.xOpen(&files, name, self, flags, out_flags);
  self->pMethods = nullptr;  // SQLite closes a file that failed to open when it has methods
  auto* const file = reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(self) + kOwnSize);
  if (const int result = files.xOpen(&files, name, file, flags, out_flags); result != SQLITE_OK) return result;
  Log* const log = ::new (static_cast<void*>(self)) Log;
  log->file = file;
  log->base.pMethods = &methods;
  if (log->gathered != nullptr) return SQLITE_OK;
  close(self);
  self->pMethods = nullptr;
  return SQLITE_NOMEM;
}

sqlite3_vfs make_file_system() {
  sqlite3_vfs files = system_files();
  files.szOsFile += static_cast<int>(kOwnSize);
  files.pNext = nullptr;
  files.zName = kName;
  files.xOpen = open;
  return files;
}

}  // namespace

const char* gathering_file_system() {
  static sqlite3_vfs files = make_file_system();
  static const int registered = sqlite3_vfs_register(&files, 0);
  return registered == SQLITE_OK ? kName : nullptr;
}

}  // namespace signet::sql::sqlite
