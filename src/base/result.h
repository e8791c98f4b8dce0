#pragma once
// Result<T>: a value or an Error. TRY and TRY_ASSIGN (CO_ twins in coroutines) are the only control-flow macros of the
// house.

#include <expected>
#include <utility>

#include "base/error.h"

namespace signet {

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

/// A refusal ready to be returned: `return fail(ErrorCode::InvalidGrant, "The code has expired.");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, PublicText public_text, std::string detail = {},
                                                 std::source_location where = std::source_location::current()) {
  return std::unexpected(Error{code, public_text, std::move(detail), where});
}

/// The same error with another code and public text: a rule names its own wire error for a reason found below it.
[[nodiscard]] inline std::unexpected<Error> fail_as(Error cause, ErrorCode code, PublicText public_text) {
  if (cause.detail.empty()) cause.detail = std::string(cause.public_text.view());
  cause.code = code;
  cause.public_text = public_text;
  return std::unexpected(std::move(cause));
}

}  // namespace signet

#define SIGNET_JOIN_(a, b) a##b
#define SIGNET_JOIN(a, b) SIGNET_JOIN_(a, b)

#define TRY(expr)                                                                                            \
  do {                                                                                                       \
    if (auto try_result_ = (expr); !try_result_) return ::std::unexpected(::std::move(try_result_).error()); \
  } while (false)
#define CO_TRY(expr)                                                                                            \
  do {                                                                                                          \
    if (auto try_result_ = (expr); !try_result_) co_return ::std::unexpected(::std::move(try_result_).error()); \
  } while (false)
#define SIGNET_TRY_ASSIGN(name, decl, expr, leave)               \
  auto name = (expr);                                            \
  if (!name) leave ::std::unexpected(::std::move(name).error()); \
  decl = *::std::move(name)
#define TRY_ASSIGN(decl, expr) SIGNET_TRY_ASSIGN(SIGNET_JOIN(try_, __LINE__), decl, expr, return)
#define CO_TRY_ASSIGN(decl, expr) SIGNET_TRY_ASSIGN(SIGNET_JOIN(try_, __LINE__), decl, expr, co_return)
