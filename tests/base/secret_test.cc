#include "base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>

#include "base/log.h"

namespace signet {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Comparable = requires(const T& a, const T& b) { a == b; };

// That these hold is the test: logging, printing or comparing a secret by accident does not compile.
static_assert(Streamable<std::string>);
static_assert(!Streamable<SecretText>);
static_assert(!Streamable<SecretBytes>);
static_assert(!fmt::is_formattable<SecretText>::value);
static_assert(!std::is_convertible_v<SecretText, std::string>);
static_assert(!std::is_convertible_v<SecretText, std::string_view>);
static_assert(!std::is_convertible_v<std::string, SecretText>);
static_assert(!std::is_constructible_v<LogField, std::string_view, SecretText>);
static_assert(!Comparable<SecretText>);

TEST(Secret, WipingOverwritesEveryByte) {
  std::string text = "hunter2 hunter2 hunter2 hunter2";
  wipe(text.data(), text.size());
  EXPECT_EQ(text, std::string(31, '\0'));
  wipe(nullptr, 0);
}

TEST(Secret, AShortSecretThatWasMovedAwayLeavesNothingBehind) {
  alignas(SecretText) unsigned char place[sizeof(SecretText)] = {};
  auto* const source = new (place) SecretText(std::string("short-secret"));
  const SecretText target = std::move(*source);
  EXPECT_TRUE(source->empty());
  const std::string_view memory(reinterpret_cast<const char*>(place), sizeof(place));
  EXPECT_EQ(memory.find("secret"), std::string_view::npos);
  EXPECT_EQ(target.reveal(), "short-secret");
  source->~SecretText();
}

TEST(Secret, ADeadSecretLeavesNothingInItsOwnMemory) {
  alignas(SecretText) unsigned char place[sizeof(SecretText)] = {};
  auto* const secret = new (place) SecretText(std::string("short-secret"));
  secret->~SecretText();
  __asm__ __volatile__("" : : "r"(place) : "memory");
  const std::string_view memory(reinterpret_cast<const char*>(place), sizeof(place));
  EXPECT_EQ(memory.find("secret"), std::string_view::npos);
}

TEST(Secret, CopiesAndAssignmentsKeepTheValue) {
  const SecretText first(std::string("a rather long secret that is on the heap"));
  SecretText second = first;
  SecretText third(std::string("other"));
  third = second;
  third = static_cast<const SecretText&>(third);
  second = std::move(third);
  EXPECT_EQ(second.reveal(), first.reveal());
  EXPECT_FALSE(first.empty());
}

}  // namespace
}  // namespace signet
