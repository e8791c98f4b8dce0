#include "server/configuration/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/bytes.h"
#include "crypto/digest.h"

namespace signet::server {
namespace {

constexpr std::size_t kLimit = 1024 * 1024;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] bool ok() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string reason() {
  return std::generic_category().message(errno);
}

/// Only what is not there may be made anew: a key that this user may not read is not lost.
std::unexpected<Error> failed_read(const std::string& path) {
  const bool absent = errno == ENOENT;
  return fail(absent ? ErrorCode::NotFound : ErrorCode::Unavailable, "A file cannot be read.", path + ": " + reason());
}

Result<std::string> read_all(const File& file, const std::string& path) {
  std::string text;
  std::array<char, 4096> chunk{};
  for (;;) {
    const auto count = ::read(file.get(), chunk.data(), chunk.size());
    if (count == 0) break;
    if (count < 0) return failed_read(path);
    text.append(chunk.data(), static_cast<std::size_t>(count));
    if (text.size() > kLimit) return fail(ErrorCode::TooLarge, "A file is too large.", path + ": larger than 1 MiB");
  }
  wipe(chunk.data(), chunk.size());
  return text;
}

Result<std::string> read_file(const std::string& path, bool secret) {
  // O_NONBLOCK: a named pipe in the place of a file must not hold the start for ever.
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok()) return failed_read(path);
  struct stat about{};
  if (::fstat(file.get(), &about) != 0 || S_ISDIR(about.st_mode)) {
    return fail(ErrorCode::Unavailable, "A file cannot be read.", path + ": not a file");
  }
  // Asked of the open file, so that it cannot be exchanged between the check and the reading.
  if (secret && (about.st_mode & S_IRWXO) != 0) {
    return fail(ErrorCode::Denied, "A secret file is open to others.",
                path + ": every user of this machine may use this file; run: chmod o-rwx '" + path + "'");
  }
  return read_all(file, path);
}

}  // namespace

Result<SecretText> read_secret_file(const std::string& path) {
  TRY_ASSIGN(std::string text, read_file(path, true));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return SecretText(std::move(text));
}

Result<std::string> read_text_file(const std::string& path) {
  return read_file(path, false);
}

Result<void> make_master_key_file(const std::string& path, Random& random) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.ok() && errno == EEXIST) {
    return fail(ErrorCode::Conflict, "The file exists already.",
                path + ": left as it is, because the keys that it seals could not be opened with another one");
  }
  if (!file.ok()) return fail(ErrorCode::Unavailable, "The file cannot be written.", path + ": " + reason());
  Digest256 key{};
  random.fill(key);
  const SecretText text(encode_hex(key) + "\n");
  wipe(key.data(), key.size());
  const auto written = ::write(file.get(), text.reveal().data(), text.reveal().size());
  if (!std::cmp_equal(written, text.reveal().size()) || ::fsync(file.get()) != 0) {
    const std::string detail = path + ": " + reason();
    ::unlink(path.c_str());
    return fail(ErrorCode::Unavailable, "The file cannot be written.", detail);
  }
  return {};
}

SecretBytes derive_key(const SecretText& master_key, std::string_view purpose) {
  const auto key = decode_hex(master_key.reveal());
  if (!key || key->size() != 32) throw std::logic_error("a master key that was not checked");
  const SecretBytes owned(*key);
  const auto derived = crypto::hmac_sha256(owned.reveal(), as_bytes(purpose));
  return SecretBytes({derived.begin(), derived.end()});
}

}  // namespace signet::server
