#include "oauth/step_up_rfc9470.h"

#include "base/text.h"

namespace signet::oauth {

Result<void> check_step_up(const StepUpDemand& demand, std::string_view acr, std::optional<Instant> auth_time,
                           Instant now) {
  constexpr auto kCode = ErrorCode::InsufficientUserAuthentication;
  // RFC9470-5: an unknown acr or auth_time does not meet a demand
  if (!demand.acr_values.empty() && !contains(demand.acr_values, acr)) {
    return fail(kCode, "A stronger authentication is required.");
  }
  if (demand.max_age && (!auth_time || *auth_time + *demand.max_age < now)) {
    return fail(kCode, "A more recent authentication is required.");
  }
  return {};
}

std::optional<StepUpDemand> find_step_up(std::span<const Challenge> challenges) {
  for (const auto& challenge : challenges) {
    if (challenge.error == "insufficient_user_authentication")
      return StepUpDemand{challenge.acr_values, challenge.max_age};
  }
  return std::nullopt;
}

}  // namespace signet::oauth
