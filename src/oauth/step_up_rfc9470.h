#pragma once
// Step-up authentication: a resource asks for a stronger or a fresher login. Spec: RFC9470

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "oauth/bearer_rfc6750.h"

namespace signet::oauth {

/// What a resource demands of the login behind a token. Empty: nothing.
struct StepUpDemand {
  std::vector<std::string> acr_values;  ///< any one of them
  std::optional<Duration> max_age;
  [[nodiscard]] bool is_empty() const { return acr_values.empty() && !max_age; }
};

/// Fails: InsufficientUserAuthentication; a token that does not say is not good enough
[[nodiscard]] Result<void> check_step_up(const StepUpDemand& demand, std::string_view acr,
                                         std::optional<Instant> auth_time, Instant now);
/// The demand among the challenges of an answer; what a client puts into its next authorization request.
[[nodiscard]] std::optional<StepUpDemand> find_step_up(std::span<const Challenge> challenges);

}  // namespace signet::oauth
