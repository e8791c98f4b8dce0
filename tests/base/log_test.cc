#include "base/log.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace signet {
namespace {

TEST(Log, AValueCannotForgeASecondLineOrField) {
  std::string written;
  const Log log(LogLevel::Info, [&](std::string_view line) { written += line; });
  log.info("login", {{"user", "a\"}\n{\"event\":\"admin\""}});
  ASSERT_TRUE(written.ends_with('\n'));
  written.pop_back();
  EXPECT_EQ(written.find('\n'), std::string::npos);
  const json::object line = parse_json_object(written).value();
  EXPECT_EQ(peek_string(line, "event"), "login");
  EXPECT_EQ(peek_string(line, "user"), "a\"}\n{\"event\":\"admin\"");
}

TEST(Log, LinesBelowTheLevelAreDropped) {
  int lines = 0;
  const Log log(LogLevel::Warning, [&](std::string_view) { ++lines; });
  log.debug("a");
  log.info("b");
  log.warning("c");
  log.error("d");
  EXPECT_EQ(lines, 2);
  EXPECT_EQ(parse_log_level("debug"), LogLevel::Debug);
  EXPECT_EQ(parse_log_level("nonsense"), LogLevel::Info);
}

TEST(Log, AFailureCarriesItsPrivateDetailAndItsPlace) {
  std::string written;
  const Log log(LogLevel::Debug, [&](std::string_view line) { written += line; });
  log.failure("token", Error{.code = ErrorCode::Bug, .public_text = "internal", .detail = "why"});
  const json::object line = parse_json_object(written).value();
  EXPECT_EQ(peek_string(line, "level"), "error");
  EXPECT_EQ(peek_string(line, "detail"), "why");
  EXPECT_NE(std::string(peek_string(line, "at")).find("log_test.cc"), std::string::npos);
}

}  // namespace
}  // namespace signet
