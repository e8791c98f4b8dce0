#pragma once
// The name under which a single-use JWT is remembered.

#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"

namespace signet::oauth {

enum class ReplayKind { ClientAssertion, DpopProof, DeviceJwt, DeviceQuery };

/// SHA-256 over the kind and the length-prefixed parts, so that no two different uses share a name. `party` is the
/// client_id of an assertion, the `jkt` of a DPoP proof or of a device. The first six bytes are the time until which
/// the JWT counts: that time is the JWT's own, so a replayed one has the same name, and marks of one moment stand
/// together. A JWT that its owner signs anew with the same `jti` and another time is another JWT.
[[nodiscard]] Digest256 replay_hash(ReplayKind kind, std::string_view issuer, std::string_view party,
                                    std::string_view jti, Instant until);

}  // namespace signet::oauth
