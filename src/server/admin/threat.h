#pragma once
// The threat level of an issuer: raised and lowered by an operator, seen by policies at the next login.

#include "server/admin/actor.h"

namespace signet::server::admin {

/// Sets the level, 1 to store::kHighestThreatLevel, in place of the one before; without `lasting` until it is lowered.
/// Fails: InvalidRequest (level, a reason longer than 200 bytes), Unavailable
[[nodiscard]] Task<Result<store::ThreatLevelRecord>> raise_threat_level(const Tools& tools, const Actor& actor,
                                                                        std::string issuer_id, std::int64_t level,
                                                                        std::string reason,
                                                                        std::optional<Duration> lasting);

/// Back to 0. Fails: NotFound (it is not raised), Unavailable
[[nodiscard]] Task<Result<void>> lower_threat_level(const Tools& tools, const Actor& actor, std::string issuer_id);

[[nodiscard]] json::object to_json(const store::ThreatLevelRecord& level);

}  // namespace signet::server::admin
