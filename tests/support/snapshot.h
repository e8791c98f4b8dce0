#pragma once
// Compares a text with a file that is reviewed like code. Set SIGNET_UPDATE_SNAPSHOTS=1 to rewrite the file.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace signet::test {

/// `file` is relative to the root of the sources.
inline void expect_snapshot(const std::string& file, const std::string& text) {
  const std::string path = std::string(SIGNET_SOURCE_DIR) + "/" + file;
  if (std::getenv("SIGNET_UPDATE_SNAPSHOTS") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string kept((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_EQ(kept, text) << file
                        << " differs: if the change is meant, run with SIGNET_UPDATE_SNAPSHOTS=1 and review the file";
}

/// A page of docs/ says what the code says: `text` stands in it as it is.
inline void expect_page_has(const std::string& file, const std::string& text) {
  std::ifstream in(std::string(SIGNET_SOURCE_DIR) + "/" + file, std::ios::binary);
  const std::string page((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_TRUE(page.contains(text)) << file << " should have this:\n" << text;
}

}  // namespace signet::test
