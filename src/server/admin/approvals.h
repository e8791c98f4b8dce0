#pragma once
// Approved payments as an operator or an auditor sees them: what was shown, who signed it, and whether that still
// holds.

#include "server/admin/actor.h"

namespace signet::server::admin {

/// The approval with `shown` as it was signed, `evidence`, `verified`, and `broken` (why not) when it is false.
/// Fails: NotFound, Unavailable, Bug
[[nodiscard]] Task<Result<json::object>> load_approval(const Tools& tools, std::string issuer_id,
                                                       std::string approval_id);

}  // namespace signet::server::admin
