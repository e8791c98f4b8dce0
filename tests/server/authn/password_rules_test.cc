#include "server/authn/password_rules.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "crypto/password_hash.h"
#include "server/authn/breached_passwords.h"
#include "support/database.h"

namespace signet::server::authn {
namespace {

using enum PasswordProblem;

const std::vector<std::string> kNames = {"alice", "alice.smith@mail.example", "Bank of Examples", "Pay"};

std::optional<PasswordProblem> problem_of(const std::string& password, const PasswordRules& rules = {}) {
  return test::value_of(find_password_problem(SecretText(password), kNames, rules));
}

std::string repeat(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(PasswordRules, LengthIsCountedInCharactersAndNotInBytes) {
  EXPECT_EQ(problem_of("elevenchars"), TooShort);
  EXPECT_EQ(problem_of("twelve chars"), std::nullopt);
  EXPECT_EQ(problem_of("äöüßäöüßéèê"), TooShort);  // 11 characters, 22 bytes
  EXPECT_EQ(problem_of("äöüßéèêñçøåæ"), std::nullopt);
  EXPECT_EQ(problem_of("😀🐎🔋🧷🎹🚲🍋🌵⛵🧊🎈"), TooShort);
  EXPECT_EQ(problem_of("elevenchars", {.min_length = 8}), std::nullopt);
  EXPECT_EQ(problem_of(""), TooShort);
}

TEST(PasswordRules, ALongPassphraseIsTakenUpToWhatALoginTakes) {
  std::string text = "a";
  for (int i = 0; text.size() < crypto::kMostPasswordBytes; ++i)
    text += "ü" + std::string(1, static_cast<char>('a' + i % 26));
  ASSERT_EQ(text.size(), crypto::kMostPasswordBytes);
  EXPECT_EQ(problem_of(text), std::nullopt);
  EXPECT_EQ(problem_of(text + "x"), TooLong);
}

TEST(PasswordRules, NoCompositionIsDemandedAndNoCharacterIsForbidden) {
  for (const std::string password : {"correct horse battery staple", "onlysmallletters", "493817264509",
                                     "    spaced   out    ", "密码可以是任何文字和空格吗", "كلمة مرور طويلة",
                                     "tab\tand\x01"
                                     "control"}) {
    EXPECT_EQ(problem_of(password), std::nullopt) << password;
  }
}

TEST(PasswordRules, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(problem_of("twelve chars\xff"), NotText);
  EXPECT_EQ(problem_of(std::string(20, '\xc3')), NotText);
}

TEST(PasswordRules, NothingIsNormalizedSilently) {
  // The same word composed and decomposed: both are taken, and they are two passwords for the list and for the hash.
  const std::string composed = "caf\xc3\xa9 terrasse";
  const std::string decomposed = "cafe\xcc\x81 terrasse";
  const test::TemporaryDirectory folder;
  std::ofstream(folder.file("list")) << encode_hex(crypto::sha1(as_bytes(composed))) << "\n";
  const auto list = test::value_of(BreachedPasswords::open(folder.file("list")));
  EXPECT_EQ(problem_of(composed, {.breached = &list}), Breached);
  EXPECT_EQ(problem_of(decomposed, {.breached = &list}), std::nullopt);
}

TEST(PasswordRules, AFewCharactersOverAndOverAreRefused) {
  EXPECT_EQ(problem_of(std::string(12, 'x')), Repetitive);
  EXPECT_EQ(problem_of(repeat("abc", 5)), Repetitive);
  EXPECT_EQ(problem_of(repeat("1234", 4) + "12"), Repetitive);
  EXPECT_EQ(problem_of(repeat("ü", 12)), Repetitive);
  EXPECT_EQ(problem_of(repeat("horse ", 3)), std::nullopt);
}

TEST(PasswordRules, ANameThatEverybodyKnowsIsNoPasswordHoweverItIsTurned) {
  for (const std::string password :
       {"alicealicealice", "ALICE.SMITH@MAIL.EXAMPLE", "Alice-Alice-2024!", "ecilaecilaecila", "alice_ecila_99",
        "bankofexamples", "Bank Of Examples 1", "selpmaxe fo knab", "alice@bank of examples", "alicesmith1234",
        "12345alice.smith"}) {
    EXPECT_EQ(problem_of(password), ContainsName) << password;
  }
}

TEST(PasswordRules, ANameMayStandAmongEnoughOtherCharacters) {
  EXPECT_EQ(problem_of("alice rides a purple horse"), std::nullopt);
  EXPECT_EQ(problem_of("the bank of examples is closed"), std::nullopt);
  const std::vector<std::string> short_names = {"al", "", "@"};
  EXPECT_EQ(test::value_of(find_password_problem(SecretText("also alarming"), short_names, {})), std::nullopt);
}

TEST(PasswordRules, ABreachedPasswordIsRefusedAndAListThatCannotBeReadIsNoConsent) {
  const test::TemporaryDirectory folder;
  std::ofstream(folder.file("list")) << encode_hex(crypto::sha1(as_bytes("correct horse battery staple"))) << ":384\n";
  const auto list = test::value_of(BreachedPasswords::open(folder.file("list")));
  EXPECT_EQ(problem_of("correct horse battery staple", {.breached = &list}), Breached);
  EXPECT_EQ(problem_of("correct horse battery stable", {.breached = &list}), std::nullopt);
  ASSERT_EQ(::truncate(folder.file("list").c_str(), 0), 0);
  const auto result = find_password_problem(SecretText("correct horse battery stable"), kNames, {.breached = &list});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace signet::server::authn
