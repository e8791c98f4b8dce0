#pragma once
// A host that answers the needs of the token core from a script, and can fail at any one of them.

#include "oauth/test_keys.h"
#include "verify/verification.h"

namespace signet::test {

/// What the core is told at each need.
struct Host {
  Result<jose::JwkSet> keys = fail(ErrorCode::Unavailable, "no keys in this script");
  Result<oauth::IntrospectionResponse> introspection = fail(ErrorCode::Unavailable, "no introspection in this script");
  Result<verify::Seen> seen = verify::Seen::First;
  int needs = 0;     ///< how many needs the last run had
  int fail_at = -1;  ///< the need, counted from 0, that gets no answer

  verify::Verdict run(const verify::Policy& policy, const verify::Presented& presented, Instant now = kNow) {
    verify::Verification verification(policy, presented, now);
    verify::Next next = verification.start();
    needs = 0;
    while (!std::holds_alternative<verify::Verdict>(next)) next = answer(verification, next);
    return std::get<verify::Verdict>(std::move(next));
  }

 private:
  verify::Next answer(verify::Verification& verification, const verify::Next& need) {
    const bool broken = needs++ == fail_at;
    const auto failure = fail(ErrorCode::Timeout, "The other side did not answer.");
    if (std::holds_alternative<verify::NeedKeys>(need)) {
      return broken ? verification.on_keys(failure) : verification.on_keys(keys);
    }
    if (std::holds_alternative<verify::NeedIntrospection>(need)) {
      return broken ? verification.on_introspection(failure) : verification.on_introspection(introspection);
    }
    return broken ? verification.on_replay(failure) : verification.on_replay(seen);
  }
};

}  // namespace signet::test
