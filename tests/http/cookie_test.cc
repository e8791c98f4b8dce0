#include "http/cookie.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace signet::http {
namespace {

Fields with_cookies(std::initializer_list<std::string_view> values) {
  Fields fields;
  for (const auto value : values) fields.add("Cookie", value);
  return fields;
}

TEST(FindCookie, ACookieThatStandsTwiceIsNoChoice) {
  EXPECT_EQ(find_cookie(with_cookies({"__Host-s=planted; __Host-s=real"}), "__Host-s"), std::nullopt);
  EXPECT_EQ(find_cookie(with_cookies({"__Host-s=a", "__Host-s=b"}), "__Host-s"), std::nullopt);
  EXPECT_EQ(find_cookie(with_cookies({"s=a; s=a"}), "s"), std::nullopt);
}

TEST(FindCookie, ANameIsMatchedWholeAndWithItsCase) {
  const Fields fields = with_cookies({"x__Host-s=1; __Host-sx=2; __host-s=3; other=__Host-s=4"});
  EXPECT_EQ(find_cookie(fields, "__Host-s"), std::nullopt);
}

TEST(FindCookie, TheValueIsTakenAsItStands) {
  const Fields fields = with_cookies({"a=1;b=x=y ;  c=", "d=\"q\""});
  EXPECT_EQ(find_cookie(fields, "a"), "1");
  EXPECT_EQ(find_cookie(fields, "b"), "x=y");
  EXPECT_EQ(find_cookie(fields, "c"), "");
  EXPECT_EQ(find_cookie(fields, "d"), "\"q\"");
  EXPECT_EQ(find_cookie(with_cookies({"a"}), "a"), std::nullopt);
  EXPECT_EQ(find_cookie({}, "a"), std::nullopt);
}

// RFC6265-4.1.1
TEST(SetCookie, ACookieCannotCarryAnAttributeOrALineInItsValue) {
  for (const auto* value : {"a; Domain=evil.example", "a\r\nSet-Cookie: x=y", "a,b", "a\"b", "a b", "a\\b", "\x7f"}) {
    EXPECT_THROW((void)render_set_cookie({.name = "s", .value = value}), std::logic_error) << value;
    EXPECT_THROW((void)render_set_cookie({.name = value, .value = "x"}), std::logic_error) << value;
  }
  EXPECT_THROW((void)render_set_cookie({.name = "", .value = "x"}), std::logic_error);
  EXPECT_THROW((void)render_set_cookie({.name = "a=b", .value = "x"}), std::logic_error);
}

// RFC6265bis-5.4
TEST(SetCookie, ItIsAlwaysHttpOnlyForTheWholePathAndWithoutADomain) {
  EXPECT_EQ(render_set_cookie({.name = "__Host-s", .value = "abc"}),
            "__Host-s=abc; Path=/; Secure; HttpOnly; SameSite=Lax");
  EXPECT_EQ(render_set_cookie(
                {.name = "s", .value = "", .max_age = std::chrono::seconds{0}, .same_site = "Strict", .secure = false}),
            "s=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

}  // namespace
}  // namespace signet::http
