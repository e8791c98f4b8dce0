#pragma once

#include <optional>
#include <string_view>

namespace signet::server::authn {

inline constexpr std::size_t kLeastPinDigits = 6;
inline constexpr std::size_t kMostPinDigits = 12;

/// Why a new PIN is not taken.
enum class PinProblem {
  NotDigits,  ///< or too few or too many of them
  TooEasy,    ///< a row (123456, 975310), a piece again and again (112112), or with a year at an end (121984)
};

/// What is wrong with a PIN that somebody wants to set, or nothing.
[[nodiscard]] std::optional<PinProblem> find_pin_problem(std::string_view pin);

}  // namespace signet::server::authn
