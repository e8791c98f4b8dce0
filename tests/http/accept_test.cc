#include "http/accept.h"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

// RFC9110-12.5.1
TEST(Accept, TheGreaterWeightIsPreferred) {
  for (const auto accept : {"a/x", "a/x, text/html;q=0.9", "text/html;q=0.5, a/x;q=0.501", "text/html;q=0, a/x;q=0.1",
                            "A/X;v=1, text/html", "a/x, text/html, a/x;q=0.1", "a/x, */*"}) {
    EXPECT_TRUE(is_preferred(accept, "a/x", "text/html")) << accept;
  }
  for (const auto accept : {"", "*/*", "a/*", "text/html", "text/html, a/x", "a/x;q=0.9, text/html", "a/x;q=0",
                            "a/x;q=2, text/html;q=0.1", "a/x;q=0.5, text/html;q=0.501", "a/x;q=1.5", "a/x;q=.5"}) {
    EXPECT_FALSE(is_preferred(accept, "a/x", "text/html")) << accept;
  }
}

}  // namespace
}  // namespace signet::http
