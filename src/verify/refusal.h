#pragma once
// How a refusal looks on the wire: status and challenges. Spec: RFC6750-3, RFC9449-7.1, RFC9470-3, RFC9728-5.1

#include <optional>

#include "verify/verification.h"

namespace signet::verify {

/// `scheme` is the one the request came with; nothing when it had no credential, or not one alone. Then no error is
/// named, unless the request itself was wrong (RFC6750-3.1).
[[nodiscard]] Refusal make_refusal(Error error, const Policy& policy, std::optional<oauth::TokenScheme> scheme);

}  // namespace signet::verify
