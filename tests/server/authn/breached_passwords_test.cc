#include "server/authn/breached_passwords.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "support/database.h"

namespace signet::server::authn {
namespace {

std::string hash_of(const std::string& password, bool capitals = true) {
  std::string text = encode_hex(crypto::sha1(as_bytes(password)));
  if (capitals) std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

class BreachedPasswordList : public testing::Test {
 protected:
  /// The sorted list of the hashes of `passwords`, each line ended by `rest`.
  std::string write(const std::vector<std::string>& passwords, const std::string& rest, bool capitals = true) {
    std::vector<std::string> lines;
    for (const auto& password : passwords) lines.push_back(hash_of(password, capitals) + rest);
    std::ranges::sort(lines);
    std::string text;
    for (const auto& line : lines) text += line;
    return write_text(text);
  }
  std::string write_text(const std::string& text) {
    std::ofstream(file_, std::ios::binary) << text;
    return file_;
  }
  static Result<bool> contains(const std::string& file, const std::string& password) {
    return test::value_of(BreachedPasswords::open(file)).contains(SecretText(password));
  }
  static std::vector<std::string> numbered(int count) {
    std::vector<std::string> passwords;
    for (int i = 0; i < count; ++i) passwords.push_back("password" + std::to_string(i));
    return passwords;
  }

  test::TemporaryDirectory folder_;
  const std::string file_ = folder_.file("breached.txt");
};

TEST_F(BreachedPasswordList, EveryPasswordOfTheListIsFoundAndNoOther) {
  for (const int count : {1, 2, 3, 100, 1000}) {
    for (const std::string& rest :
         {std::string("\n"), std::string("\r\n"), std::string(":1\n"), std::string(":52579\r\n")}) {
      const auto list = BreachedPasswords::open(write(numbered(count), rest));
      ASSERT_TRUE(list);
      for (int i = 0; i < count; ++i) EXPECT_TRUE(list->contains(SecretText("password" + std::to_string(i))).value());
      for (int i = count; i < count + 20; ++i) {
        EXPECT_FALSE(list->contains(SecretText("password" + std::to_string(i))).value());
      }
    }
  }
}

TEST_F(BreachedPasswordList, TheHashesOfThePublicListAreUnderstood) {
  write_text("21BD12DC183F740EE76F27B78EB39C8AD972A757:52579\r\n5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\r\n");
  EXPECT_TRUE(contains(file_, "P@ssw0rd").value());
  EXPECT_TRUE(contains(file_, "password").value());
  EXPECT_FALSE(contains(file_, "Password").value());
}

TEST_F(BreachedPasswordList, SmallLettersAndALastLineWithoutAnEndAreTaken) {
  write({"a", "b", "c"}, "\n", false);
  ASSERT_EQ(::truncate(file_.c_str(), 3 * 41 - 1), 0);
  for (const std::string password : {"a", "b", "c"}) EXPECT_TRUE(contains(file_, password).value());
}

TEST_F(BreachedPasswordList, AFileThatIsOutOfOrderIsNoticedByTheSearch) {
  std::string text;
  for (const auto& password : numbered(100)) text += hash_of(password) + "\n";  // not sorted
  write_text(text);
  int refused = 0;
  for (const auto& password : numbered(100)) {
    const auto result = contains(file_, password);
    if (result) continue;
    EXPECT_EQ(result.error().code, ErrorCode::Unavailable);
    ++refused;
  }
  EXPECT_GT(refused, 50);
}

TEST_F(BreachedPasswordList, LinesThatAreNoHashesAreAnError) {
  const auto sorted = hash_of("password") + "\n";
  for (const std::string& middle :
       {std::string("zzz\n"), std::string(300, '0') + "\n", std::string("\n"), std::string(39, 'A') + "\n"}) {
    write_text("0000000000000000000000000000000000000000\n" + middle + middle + middle + middle + middle +
               "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\n");
    const auto result = contains(file_, "password");
    ASSERT_FALSE(result) << middle;
    EXPECT_EQ(result.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(result.error().detail.contains("password"));
  }
}

TEST_F(BreachedPasswordList, AFileThatBecomesShorterIsAnErrorAndNoCrash) {
  const auto list = BreachedPasswords::open(write(numbered(100), "\n"));
  ASSERT_TRUE(list);
  ASSERT_EQ(::truncate(file_.c_str(), 100), 0);
  EXPECT_FALSE(list->contains(SecretText("password1")));
  ASSERT_EQ(::truncate(file_.c_str(), 0), 0);
  EXPECT_FALSE(list->contains(SecretText("password1")));
}

TEST_F(BreachedPasswordList, OtherFilesAreRefusedWhenTheyAreOpened) {
  EXPECT_EQ(BreachedPasswords::open(folder_.file("absent")).error().code, ErrorCode::NotFound);
  EXPECT_EQ(BreachedPasswords::open(folder_.file("")).error().code, ErrorCode::NotFound);
  ASSERT_EQ(::mkfifo(folder_.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(BreachedPasswords::open(folder_.file("pipe")).error().code, ErrorCode::NotFound);
  for (const std::string& text : {std::string(), std::string("password\n123456\n"), std::string(1000, 'A')}) {
    EXPECT_EQ(BreachedPasswords::open(write_text(text)).error().code, ErrorCode::Malformed) << text;
  }
}

TEST_F(BreachedPasswordList, AFileOfManyGigabytesIsSearchedWithoutReadingIt) {
  // A hole of 8 GiB between two lines: what is in it is no list, and a search that lands there says so at once.
  const auto first = hash_of("password") + "\n";
  write_text(first);
  ASSERT_EQ(::truncate(file_.c_str(), std::int64_t{8} << 30), 0);
  const auto result = contains(file_, "password");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace signet::server::authn
