#pragma once
// The way back to the client, a second time. Who clicks twice on the last button of a login sees the answer to the
// second click only, and the first one has ended the login.
//
// For some seconds the ended login keeps where its client is, sealed, so that whoever reads the store has nothing. The
// browser that sent the last form gets the same answer for the same form again: nothing is made twice, and the code in
// it is used once as before.

#include <optional>

#include "server/authn/step_work.h"

namespace signet::server::authn {

inline constexpr Duration kAnswerKept = seconds{30};

/// Puts the answer of a login that ends with this step among the facts that it keeps.
void keep_answer(const StepWork& work, workflow::Facts& facts);

/// The same answer again; nothing when it is another form's or too old. `version`: of the page whose form was sent
/// Needs: the form is one of this browser and this login (parse_submission).
[[nodiscard]] std::optional<http::Response> repeat_answer(const Exchange& exchange, const Interaction& ended,
                                                          std::int64_t version);

}  // namespace signet::server::authn
