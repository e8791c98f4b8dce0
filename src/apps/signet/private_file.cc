#include "apps/signet/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace signet::apps {

namespace fs = std::filesystem;

std::string default_private_file(const std::string& name) {
  const char* const config_home = std::getenv("XDG_CONFIG_HOME");
  const char* const home = std::getenv("HOME");
  const fs::path folder = config_home != nullptr && *config_home != 0 ? fs::path(config_home)
                          : home != nullptr                           ? fs::path(home) / ".config"
                                                                      : fs::path(".");
  return (folder / "signet" / name).string();
}

Result<void> save_private_file(const std::string& path, const SecretText& text) {
  constexpr PublicText kRefusal = "The file cannot be written.";
  const fs::path folder = fs::path(path).parent_path();
  std::error_code ignored;  // the open below says what is wrong
  if (!folder.empty()) fs::create_directories(folder, ignored);
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(ErrorCode::Unavailable, kRefusal, draft);
  const std::string& bytes = text.reveal();
  const bool is_written = ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  const bool is_closed = ::close(descriptor) == 0;
  if (!is_written || !is_closed || ::rename(draft.c_str(), path.c_str()) != 0) {
    return fail(ErrorCode::Unavailable, kRefusal, path);
  }
  return {};
}

Result<SecretText> load_private_file(const std::string& path, PublicText none) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return fail(ErrorCode::NotFound, none, path);
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorCode::Denied, "Others may read the file; run chmod 600 on it.", path);
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  if (!in) return fail(ErrorCode::NotFound, "The file cannot be read.", path);
  return SecretText(std::move(out).str());
}

}  // namespace signet::apps
