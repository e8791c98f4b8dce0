#pragma once
// What an operator who looks for a fault reads at log.level = "debug": each request and why it was refused. Constants
// of ours only, nothing of what was sent.

#include "server/context.h"

namespace signet::server {

/// One line for each request.
void log_answer(const Exchange& exchange, int status);
/// The rule that a request broke, and the place in the source that says so.
void log_refusal(const Exchange& exchange, const Error& error);

}  // namespace signet::server
