#pragma once
// Files that are made once and never replaced.

#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace signet::apps {

/// A folder that is being set up. What is there already stays as it is.
class NewFiles {
 public:
  explicit NewFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] bool has(const std::string& name) const;
  /// Makes the folder, for its owner alone when it is new, and the folders in it. Fails: Unavailable
  [[nodiscard]] Result<void> make_folder(const std::string& name) const;
  /// Writes a file that is not there yet, in one piece. Fails: Conflict (it is there), Unavailable
  [[nodiscard]] Result<void> write(const std::string& name, const std::string& text) const;
  /// The same for a file that only its owner may read.
  [[nodiscard]] Result<void> write_secret(const std::string& name, const SecretText& text) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace signet::apps
