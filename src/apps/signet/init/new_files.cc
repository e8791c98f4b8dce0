#include "apps/signet/init/new_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace signet::apps {
namespace {

std::unexpected<Error> cannot_write(const std::string& path, int number) {
  const bool exists = number == EEXIST;
  return fail(exists ? ErrorCode::Conflict : ErrorCode::Unavailable,
              exists ? PublicText("The file exists already and is left as it is.") : "The file cannot be written.",
              path + ": " + std::generic_category().message(number));
}

/// link() fails when the name is taken, so neither half a file nor somebody else's work is ever under it.
Result<void> write_once(const std::string& path, std::string_view text, mode_t mode) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (file < 0) return cannot_write(path, errno);
  const auto written = ::write(file, text.data(), text.size());
  const bool complete = std::cmp_equal(written, text.size()) && ::fsync(file) == 0;
  const int write_error = complete ? 0 : errno;
  ::close(file);
  const int link_error = complete && ::link(draft.c_str(), path.c_str()) != 0 ? errno : 0;
  ::unlink(draft.c_str());
  if (!complete) return cannot_write(path, write_error);
  if (link_error != 0) return cannot_write(path, link_error);
  return {};
}

}  // namespace

bool NewFiles::has(const std::string& name) const {
  std::error_code ignored;
  return std::filesystem::exists(folder_ / name, ignored);
}

Result<void> NewFiles::make_folder(const std::string& name) const {
  std::error_code failed;
  const auto folder = name.empty() ? folder_ : folder_ / name;
  const bool is_new = std::filesystem::create_directories(folder, failed);
  if (failed) {
    return fail(ErrorCode::Unavailable, "The folder cannot be made.", folder.string() + ": " + failed.message());
  }
  if (is_new) ::chmod(folder.c_str(), S_IRWXU);
  return {};
}

Result<void> NewFiles::write(const std::string& name, const std::string& text) const {
  return write_once(path(name), text, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
}

Result<void> NewFiles::write_secret(const std::string& name, const SecretText& text) const {
  return write_once(path(name), text.reveal(), S_IRUSR | S_IWUSR);
}

}  // namespace signet::apps
