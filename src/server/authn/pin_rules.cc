#include "server/authn/pin_rules.h"

#include <algorithm>

namespace signet::server::authn {
namespace {

/// The same step from each digit to the next, beyond nine from zero again.
bool is_row(std::string_view pin) {
  const auto step = [&](std::size_t i) { return (pin[i] - pin[i - 1] + 10) % 10; };
  for (std::size_t i = 2; i < pin.size(); ++i) {
    if (step(i) != step(1)) return false;
  }
  return true;
}

bool repeats_itself(std::string_view pin) {
  for (std::size_t period = 1; period <= pin.size() / 2; ++period) {
    if (pin.substr(period) == pin.substr(0, pin.size() - period)) return true;
  }
  return false;
}

bool is_year(std::string_view digits) {
  return digits.starts_with("19") || digits.starts_with("20");
}

/// Years and dates: beside the year at either end is no more than day and month.
bool is_date(std::string_view pin) {
  return pin.size() <= 8 && (is_year(pin.substr(0, 4)) || is_year(pin.substr(pin.size() - 4)));
}

}  // namespace

std::optional<PinProblem> find_pin_problem(std::string_view pin) {
  const bool are_digits = pin.size() >= kLeastPinDigits && pin.size() <= kMostPinDigits &&
                          std::ranges::all_of(pin, [](char c) { return c >= '0' && c <= '9'; });
  if (!are_digits) return PinProblem::NotDigits;
  if (is_row(pin) || repeats_itself(pin) || is_date(pin)) return PinProblem::TooEasy;
  return std::nullopt;
}

}  // namespace signet::server::authn
